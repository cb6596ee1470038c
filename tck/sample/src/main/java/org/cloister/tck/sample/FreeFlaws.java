// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/** What is wrong with giving back. Stateless. */
final class FreeFlaws {
    private FreeFlaws() {}

    /** A pool that is wrong when it takes back what it does not know. */
    private abstract static class Wrong extends ForwardingPool {
        Wrong(Pool right) {
            super(right);
        }

        /** The buffer is not a live one. */
        abstract void unknown(PoolBuffer buffer, HeapException refusal);

        @Override
        public void free(PoolBuffer buffer) {
            try {
                super.free(buffer);
            } catch (HeapException refusal) {
                unknown(buffer, refusal);
            }
        }
    }

    static List<Flaw> all() {
        return List.of(
                Flaw.ofPools("wrong-error", "FreeChecks.aBufferIsFreedOnce FreeChecks.aForgedBufferIsRefused "
                        + "FreeChecks.aBufferOfAnotherPoolIsRefused FreeChecks.aBufferOfAFormerPoolIsRefused",
                        (right, _) -> new Wrong(right) {
                            @Override
                            void unknown(PoolBuffer buffer, HeapException refusal) {
                                throw new HeapException(HeapError.NOT_SUPPORTED, refusal.what(), refusal.which(),
                                        refusal.why(), refusal.remedy());
                            }
                        }),
                Flaw.ofPools("foreign-buffers-taken", "FreeChecks.aForgedBufferIsRefused",
                        (right, _) -> new Wrong(right) {
                            @Override
                            void unknown(PoolBuffer buffer, HeapException refusal) {
                                if (buffer != null && buffer.getClass().getName().contains("tck")) {
                                    return;
                                }
                                throw refusal;
                            }
                        }),
                Flaw.ofPools("write-after-free", "FreeChecks.aFreedBufferIsNotWritten", (right, _) ->
                        new ForwardingPool(right) {
                            @Override
                            public void write(PoolBuffer buffer, long offset, MemorySegment from) {
                                try {
                                    super.write(buffer, offset, from);
                                } catch (HeapException refusal) {
                                    if (refusal.error() != HeapError.INVALID_ARGUMENT) {
                                        throw refusal;
                                    }
                                }
                            }
                        }));
    }
}
