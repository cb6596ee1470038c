// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cloister.backend.optee.internal.BackendFixture.IDLE;
import static org.cloister.backend.optee.internal.DisturbedConduit.ffa;
import static org.cloister.backend.optee.internal.DisturbedConduit.respond;
import static org.cloister.backend.optee.internal.DisturbedConduit.service;
import static org.cloister.backend.optee.internal.TestBoard.MIB;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.optee.internal.TestBoard.Kind;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.BusFault;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Promises about memory that is lent, over driver, firmware and hardware together. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LendingPromisesTest {
    private static final int ROUNDS = 60;
    private static final int WRITERS = 2;

    private static PoolBuffer chunk(Pool pool) {
        return pool.allocate(MIB, 4096);
    }

    private static byte[] seenByDisplay(BackendFixture f, PoolBuffer buffer) {
        byte[] seen = new byte[(int) buffer.size()];
        f.board.soc().memory("display").read(buffer.address(0), MemorySegment.ofArray(seen));
        return seen;
    }

    /** Atomicity: whoever has a buffer has it alone, whatever was being written when its memory was protected. */
    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void noWriteIsInFlightWhenABufferIsHandedOut(Kind kind) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        var over = new AtomicBoolean();
        var repelled = new AtomicLong();
        var written = new AtomicLong();
        try (var f = new BackendFixture(kind)) {
            Pool pool = f.open(UseCase.SECURE_VIDEO);
            PoolBuffer first = chunk(pool);
            long at = first.address(0);
            pool.free(first);
            f.board.time().advance(IDLE);
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                byte value = (byte) (i + 1);
                writers.add(threads.submit(() -> {
                    while (!over.get()) {
                        try {
                            f.board.cpu().fill(at, MIB, value);
                            written.incrementAndGet();
                        } catch (BusFault expected) {
                            repelled.incrementAndGet();
                        }
                    }
                }));
            }
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    PoolBuffer buffer = chunk(pool);
                    assertThat(buffer.address(0)).as("the memory that is written to").isEqualTo(at);
                    byte[] before = seenByDisplay(f, buffer);
                    await(repelled, WRITERS * 2);
                    assertThat(seenByDisplay(f, buffer)).as("round %d", round).isEqualTo(before);
                    pool.free(buffer);
                    f.board.time().advance(IDLE);
                    assertThat(f.lentRegions()).isZero();
                    await(written, WRITERS * 2);
                }
            } finally {
                over.set(true);
            }
            for (Future<?> writer : writers) {
                writer.get(30, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void await(AtomicLong count, long more) {
        long enough = count.get() + more;
        while (count.get() < enough) {
            Thread.yield();
        }
    }

    /** Default deny: what the normal world gets back was scrubbed, however hard it was to get. */
    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void nothingIsLeftInWhatGoesBack(Kind kind) {
        try (var f = new BackendFixture(kind)) {
            Pool pool = f.open(UseCase.SECURE_VIDEO);
            for (boolean disturbed : new boolean[] {false, true}) {
                PoolBuffer buffer = chunk(pool);
                long at = buffer.address(0);
                f.board.soc().memory("video-decoder").fill(at, MIB, (byte) 0x77);
                if (disturbed) {
                    refuseToGiveBack(f, kind);
                }
                pool.free(buffer);
                f.board.time().advance(IDLE);
                if (disturbed) {
                    assertThat(pool.usage().quarantined()).isEqualTo(MIB);
                    assertThatThrownBy(() -> f.board.cpu().readByte(at)).isInstanceOf(BusFault.class);
                    f.board.conduit().heal();
                    pool.retryQuarantined();
                }
                assertThat(pool.usage().quarantined()).isZero();
                byte[] back = new byte[(int) MIB];
                f.board.cpu().read(at, MemorySegment.ofArray(back));
                assertThat(back).containsOnly(0);
            }
        }
    }

    private static void refuseToGiveBack(BackendFixture f, Kind kind) {
        DisturbedConduit conduit = f.board.conduit();
        if (kind == Kind.FFA) {
            conduit.instead(service(OpteeFfa.RELEASE_PROTMEM), r -> respond(r, FfaStatus.BUSY.code(), 0, 0));
            conduit.instead(ffa(FfaFunction.MEM_RECLAIM),
                    r -> r.function(FfaFunction.ERROR).setW(2, FfaStatus.DENIED.code()));
        } else {
            conduit.refuse(OpteeMessage.RECLAIM_PROTMEM, TeeCode.BUSY);
        }
    }

    /** Quarantine and isolation: neither the pool, nor one of another use case, nor the normal world gets it. */
    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void nobodyGetsMemoryWhoseReclaimFailed(Kind kind) {
        try (var f = new BackendFixture(kind)) {
            Pool video = f.open(UseCase.SECURE_VIDEO);
            Pool dialogue = f.open(UseCase.TRUSTED_UI);
            PoolBuffer lost = chunk(video);
            long at = lost.address(0);
            refuseToGiveBack(f, kind);
            video.free(lost);
            f.board.time().advance(IDLE);
            assertThat(video.usage().quarantined()).isEqualTo(MIB);
            assertThat(f.host.quarantines).hasSize(1);

            List<long[]> taken = new ArrayList<>();
            fill(video, taken);
            fill(dialogue, taken);
            assertThat(taken).hasSizeGreaterThan(8);
            try {
                while (true) {
                    taken.add(new long[] {f.board.area().allocate(MIB / 2, 4096), MIB / 2});
                }
            } catch (HeapException full) {
                // all that is left of the normal world's
            }
            assertThat(taken).noneMatch(range -> range[0] < at + MIB && at < range[0] + range[1]);
            assertThatThrownBy(() -> f.board.cpu().writeByte(at, (byte) 1)).isInstanceOf(BusFault.class);
            taken.sort((one, other) -> Long.compare(one[0], other[0]));
            for (int i = 1; i < taken.size(); i++) {
                assertThat(taken.get(i)[0]).as("no page is in two").isGreaterThanOrEqualTo(
                        taken.get(i - 1)[0] + taken.get(i - 1)[1]);
            }
        }
    }

    private static void fill(Pool pool, List<long[]> taken) {
        try {
            while (taken.size() < 64) {
                PoolBuffer buffer = pool.allocate(MIB / 4, 4096);
                taken.add(new long[] {buffer.address(0), buffer.size()});
            }
        } catch (HeapException full) {
            // so be it
        }
    }
}
