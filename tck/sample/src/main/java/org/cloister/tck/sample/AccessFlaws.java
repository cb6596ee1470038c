// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolMapping;
import org.cloister.heap.Access;

/** What is wrong with access by the CPU. Stateless. */
final class AccessFlaws {
    private AccessFlaws() {}

    /** A mapping of another. */
    private record Mapped(PoolMapping right, MemorySegment segment, Runnable end) implements PoolMapping {
        @Override
        public void close() {
            end.run();
        }
    }

    static List<Flaw> all() {
        return List.of(
                Flaw.ofPools("write-ignored", "CpuAccessChecks.aWholeBufferCanBeWritten "
                        + "CpuAccessChecks.aWriteStaysInItsBuffer CpuAccessChecks.anySegmentCanBeWrittenFrom "
                        + "CpuAccessChecks.nothingCanBeWritten CpuAccessChecks.theCpuWritesWhereItMay "
                        + "CpuAccessChecks.theLastByteCanBeWritten CpuAccessChecks.whatIsWrittenIsThere "
                        + "FreeChecks.aFreedBufferIsNotWritten",
                        (right, _) -> new ForwardingPool(right) {
                            @Override
                            public void write(PoolBuffer buffer, long offset, MemorySegment from) {
                                if (attributes().cpuAccess().writes()) {
                                    super.write(buffer, offset, from);
                                }
                            }
                        }),
                Flaw.ofPools("map-too-much", "CpuAccessChecks.aMappingCoversTheBuffer "
                        + "BufferChecks.theCpuMapsWhereItMay CpuAccessChecks.aClosedMappingIsInaccessible",
                        (right, setting) -> new ForwardingPool(right) {
                            @Override
                            public PoolMapping map(PoolBuffer buffer, Access access) {
                                PoolMapping mapping = super.map(buffer, access);
                                return new Mapped(mapping,
                                        setting.machine().map(buffer.address(0), buffer.size() + 4096),
                                        mapping::close);
                            }
                        }),
                Flaw.ofPools("map-stays", "CpuAccessChecks.aClosedMappingIsInaccessible", (right, setting) ->
                        new ForwardingPool(right) {
                            @Override
                            public PoolMapping map(PoolBuffer buffer, Access access) {
                                super.map(buffer, access).close();
                                return new Mapped(null, setting.machine().map(buffer.address(0), buffer.size()),
                                        () -> { });
                            }
                        }),
                Flaw.ofPools("map-closes-once", "CpuAccessChecks.aMappingIsClosedTwice", (right, _) ->
                        new ForwardingPool(right) {
                            @Override
                            public PoolMapping map(PoolBuffer buffer, Access access) {
                                PoolMapping mapping = super.map(buffer, access);
                                AtomicBoolean closed = new AtomicBoolean();
                                return new Mapped(mapping, mapping.segment(), () -> {
                                    if (closed.getAndSet(true)) {
                                        throw new IllegalStateException("it is closed");
                                    }
                                    mapping.close();
                                });
                            }
                        }),
                Flaw.ofPools("last-byte-lost", "CpuAccessChecks.theLastByteCanBeWritten", (right, _) ->
                        new ForwardingPool(right) {
                            @Override
                            public void write(PoolBuffer buffer, long offset, MemorySegment from) {
                                boolean last = from.byteSize() == 1 && offset == buffer.size() - 1;
                                super.write(buffer, offset, last ? from.asSlice(0, 0) : from);
                            }
                        }),
                Flaw.ofPools("write-aside", "CpuAccessChecks.whatIsWrittenIsThere", (right, _) ->
                        new ForwardingPool(right) {
                            @Override
                            public void write(PoolBuffer buffer, long offset, MemorySegment from) {
                                super.write(buffer, offset == 24 ? offset & -16 : offset, from);
                            }
                        }));
    }
}
