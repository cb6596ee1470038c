// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.function.LongSupplier;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;

/** A device's view of a buffer. Ends once: by close, a move, revocation, or the end of its attachment. */
final class BufferMapping implements Mapping {
    private final BufferAttachment attachment;
    private final Access access;
    private volatile PoolBuffer memory; // null once ended
    private volatile Ending ended = Ending.CLOSED;

    /** How it came to an end. */
    enum Ending {
        CLOSED(HeapError.CLOSED, "the mapping was closed", "map again"),
        MOVED(HeapError.CLOSED, "the buffer was moved", "map again, to find out where it is now"),
        REVOKED(HeapError.REVOKED, "the buffer was revoked", "detach and use a new buffer");

        private final HeapError error;
        private final String why;
        private final String remedy;

        Ending(HeapError error, String why, String remedy) {
            this.error = error;
            this.why = why;
            this.remedy = remedy;
        }
    }

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
            Ending how = ended;
            throw new HeapException(how.error, "walk the segments of a mapping", attachment.toString(), how.why,
                    how.remedy);
        }
        return new Cursor(attachment, current, access);
    }

    /** Ends it without a word to the attachment. */
    void end(Ending why) {
        ended = why;
        memory = null;
    }

    @Override
    public void close() {
        end(Ending.CLOSED);
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
