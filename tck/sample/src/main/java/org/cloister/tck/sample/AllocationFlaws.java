// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolMapping;
import org.cloister.backend.PoolUsage;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;

/** What is wrong with handing out. Stateless. */
final class AllocationFlaws {
    private AllocationFlaws() {}

    /** A pool that answers some requests wrongly. */
    private interface Request {
        PoolBuffer answer(Pool right, long size, long alignment);
    }

    private static Flaw request(String name, String caughtBy, Request request) {
        return Flaw.ofPools(name, caughtBy, (right, _) -> new ForwardingPool(right) {
            @Override
            public PoolBuffer allocate(long size, long alignment) {
                return request.answer(right, size, alignment);
            }
        });
    }

    private static HeapException refusal(HeapError error, String remedy) {
        return new HeapException(error, "allocate", "a wrong pool", "it is wrong", remedy);
    }

    private static Flaw refusedAs(String name, String caughtBy, HeapError error, Wrong when) {
        return request(name, caughtBy, (right, size, alignment) -> {
            if (when.is(size, alignment)) {
                throw refusal(error, "ask for something else");
            }
            return right.allocate(size, alignment);
        });
    }

    private interface Wrong {
        boolean is(long size, long alignment);
    }

    private static Flaw onScratch(String name, String caughtBy, UnaryOperator<Pool> change) {
        return Flaw.ofPools(name, caughtBy, (right, setting) ->
                setting.offer().useCase().id() == 300 ? change.apply(right) : right);
    }

    static List<Flaw> all() {
        return List.of(
                refusedAs("zero-as-no-memory", "LengthChecks.aLengthOfZeroIsRefused", HeapError.NO_MEMORY,
                        (size, _) -> size == 0),
                refusedAs("negative-as-no-memory", "LengthChecks.aNegativeLengthIsRefused", HeapError.NO_MEMORY,
                        (size, _) -> size < 0 && size != Long.MIN_VALUE),
                refusedAs("least-as-no-memory", "LengthChecks.theMostNegativeLengthIsRefused", HeapError.NO_MEMORY,
                        (size, _) -> size == Long.MIN_VALUE),
                refusedAs("largest-as-failed", "LengthChecks.theLargestLengthIsRefused", HeapError.BACKEND_FAILED,
                        (size, _) -> size == Long.MAX_VALUE),
                refusedAs("zero-alignment-as-no-memory", "LengthChecks.anAlignmentOfZeroIsRefused", HeapError.NO_MEMORY,
                        (_, alignment) -> alignment == 0),
                refusedAs("negative-alignment-as-no-memory", "LengthChecks.aNegativeAlignmentIsRefused",
                        HeapError.NO_MEMORY, (_, alignment) -> alignment < 0),
                refusedAs("odd-alignment-as-no-memory", "LengthChecks.anAlignmentThatIsNoPowerOfTwoIsRefused",
                        HeapError.NO_MEMORY, (_, alignment) -> Long.bitCount(alignment) > 1),
                refusedAs("absurd-alignment-as-failed", "LengthChecks.anAbsurdAlignmentIsRefused",
                        HeapError.BACKEND_FAILED, (_, alignment) -> alignment == 1L << 62),
                request("cut-to-32-bits", "LengthChecks.aLengthBeyond32BitsIsNotCutOff",
                        (right, size, alignment) -> right.allocate(size >>> 44 == 1 ? size & 0xffff_ffffL : size,
                                alignment)),
                request("silent-remedy", "LengthChecks.aRefusalSaysFourThings", (right, size, alignment) -> {
                    try {
                        return right.allocate(size, alignment);
                    } catch (HeapException e) {
                        throw refusal(e.error(), " ");
                    }
                }),
                request("alignment-ignored", "AllocationChecks.alignmentIsHonoured "
                        + "AllocationChecks.alignmentOfLargeBuffersIsHonoured LengthChecks.anAbsurdAlignmentIsRefused",
                        (right, size, alignment) -> right.allocate(size,
                                alignment > 4096 && Long.bitCount(alignment) == 1 ? 4096 : alignment)),
                request("twice-as-much", "AllocationChecks.nothingIsWasted BufferChecks.oddSizesAreRoundedUp",
                        (right, size, alignment) ->
                        right.allocate(size == 3 * 4096 ? size + 4096 : size, alignment)),
                onScratch("equal-buffers", "AllocationChecks.eachBufferIsItsOwn", right -> new ForwardingPool(right) {
                    @Override
                    public PoolBuffer allocate(long size, long alignment) {
                        return new Equal(super.allocate(size, alignment));
                    }

                    @Override
                    public void free(PoolBuffer buffer) {
                        super.free(buffer instanceof Equal mine ? mine.right : buffer);
                    }

                    @Override
                    public void write(PoolBuffer buffer, long offset, MemorySegment from) {
                        super.write(((Equal) buffer).right, offset, from);
                    }

                    @Override
                    public void read(PoolBuffer buffer, long offset, MemorySegment into) {
                        super.read(((Equal) buffer).right, offset, into);
                    }

                    @Override
                    public PoolMapping map(PoolBuffer buffer, Access access) {
                        return super.map(((Equal) buffer).right, access);
                    }

                    @Override
                    public TeeMemory teeMemory(PoolBuffer buffer) {
                        return super.teeMemory(((Equal) buffer).right);
                    }
                }),
                Flaw.ofPools("long-names-refused", "AllocationChecks.namesAreTaken", (right, _) ->
                        new ForwardingPool(right) {
                            @Override
                            public void name(PoolBuffer buffer, String name) {
                                if (name.length() == DmaBuf.MAX_NAME) {
                                    throw refusal(HeapError.INVALID_ARGUMENT, "use a shorter name");
                                }
                            }
                        }),
                Flaw.ofPools("refusals-leak", "ExhaustionChecks.refusalsOfAnExhaustedPoolCostNothing "
                        + "ExhaustionChecks.allComesBack ConcurrencyChecks.exhaustionByManyEndsInOrder",
                        (right, setting) -> setting.offer().useCase().equals(UseCase.TRUSTED_UI) ? new Leaking(right) : right),
                onScratch("interrupts-swallowed", "ConcurrencyChecks.anInterruptIsNotSwallowed", right ->
                        new ForwardingPool(right) {
                            @Override
                            public PoolBuffer allocate(long size, long alignment) {
                                Thread.interrupted();
                                return super.allocate(size, alignment);
                            }
                        }));
    }

    private static final class Equal implements PoolBuffer {
        private final PoolBuffer right;

        Equal(PoolBuffer right) {
            this.right = right;
        }

        @Override
        public long size() {
            return right.size();
        }

        @Override
        public long address(int segment) {
            return right.address(segment);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Equal that && that.size() == size();
        }

        @Override
        public int hashCode() {
            return Long.hashCode(size());
        }
    }

    /** Each refusal for want of memory costs a page of what it says is free. */
    private static final class Leaking extends ForwardingPool {
        private final AtomicLong lost = new AtomicLong();

        Leaking(Pool right) {
            super(right);
        }

        @Override
        public PoolBuffer allocate(long size, long alignment) {
            try {
                return super.allocate(size, alignment);
            } catch (HeapException e) {
                if (e.error() == HeapError.NO_MEMORY) {
                    lost.addAndGet(4096);
                }
                throw e;
            }
        }

        @Override
        public PoolUsage usage() {
            PoolUsage right = super.usage();
            long free = Math.max(0, right.free().orElse(0) - lost.get());
            return PoolUsage.of(right.capacity().orElse(0), free, Math.min(free, right.largestFree().orElse(0)));
        }
    }
}
