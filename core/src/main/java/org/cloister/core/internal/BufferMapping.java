// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.function.LongSupplier;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;

/** A device's view of a buffer. Ends once, by close, revocation, or the end of its attachment. */
final class BufferMapping implements Mapping {
    private final BufferAttachment attachment;
    private final Access access;
    private volatile PoolBuffer memory; // null once ended
    private volatile HeapError ended = HeapError.CLOSED;

    BufferMapping(BufferAttachment attachment, PoolBuffer memory, Access access) {
        this.attachment = attachment;
        this.memory = memory;
        this.access = access;
    }

    @Override
    public Access access() {
        return access;
    }

    @Override
    public long size() {
        return attachment.size();
    }

    @Override
    public boolean isValid() {
        return memory != null;
    }

    @Override
    public SegmentCursor cursor() {
        PoolBuffer current = memory;
        if (current == null) {
            throw new HeapException(ended, "walk the segments of a mapping", attachment.toString(),
                    ended == HeapError.REVOKED ? "the buffer was revoked" : "the mapping was closed",
                    ended == HeapError.REVOKED ? "detach and use a new buffer" : "map again");
        }
        return new Cursor(attachment, current, access);
    }

    /** Ends it without a word to the attachment. */
    void end(HeapError why) {
        ended = why;
        memory = null;
    }

    @Override
    public void close() {
        end(HeapError.CLOSED);
        attachment.unmapped(this);
    }

    /** Walks a pool buffer. */
    private static final class Cursor implements SegmentCursor {
        private final BufferAttachment attachment;
        private final PoolBuffer memory;
        private final Access access;
        private final int count;
        private int at = -1;

        Cursor(BufferAttachment attachment, PoolBuffer memory, Access access) {
            this.attachment = attachment;
            this.memory = memory;
            this.access = access;
            this.count = (int) ask(memory::segments);
        }

        /** These are getters, so they are not watched; what they throw is the backend's fault nevertheless. */
        private long ask(LongSupplier getter) {
            try {
                return getter.getAsLong();
            } catch (RuntimeException | Error e) {
                throw attachment.misconduct("tell where a buffer is", e);
            }
        }

        @Override
        public boolean next() {
            if (at < count) {
                at++;
            }
            return at < count;
        }

        private int here() {
            if (at < 0 || at >= count) {
                throw new IllegalStateException(at < 0 ? "call next() first" : "there is no further segment");
            }
            return at;
        }

        @Override
        public long address() {
            int segment = here();
            return ask(() -> memory.address(segment));
        }

        @Override
        public long length() {
            int segment = here();
            return ask(() -> memory.length(segment));
        }

        @Override
        public Access access() {
            return access;
        }
    }
}
