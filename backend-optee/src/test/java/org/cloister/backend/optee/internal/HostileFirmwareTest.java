// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.optee.internal.TestBoard.Kind;
import org.cloister.backend.optee.tee.internal.OpteeTee;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.OpteeRpc;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.TeeSession;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A firmware that damages its answers at random, registers as well as messages in memory that both worlds see, from the
 * first probe on: the driver refuses with a reason or goes on, and neither hangs nor fails in another way.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileFirmwareTest {
    private static final int ROUNDS = 12;
    private static final Duration PATIENCE = Duration.ofMillis(20);
    private static final UUID APPLICATION = UUID.fromString("12345678-5b69-11e4-9dbb-101f74f00099");
    private static final int[] WORDS = {0, 1, 2, 3, 4, -1, -2, -3, FfaFunction.SUCCESS, FfaFunction.ERROR,
        FfaFunction.DIRECT_RESPONSE, FfaFunction.INTERRUPT, OpteeSmc.OK, OpteeFfa.RETURN_DONE, 0xFFFF0000, 0xFFFF0001,
        0xFFFF0004, 0xFFFF0005, OpteeRpc.SHM_ALLOC, OpteeRpc.SHM_FREE, OpteeRpc.NOTIFICATION, 0x80000000, 4096};

    private int done;
    private int refused;

    private static Stream<Arguments> runs() {
        Long one = Long.getLong("cloister.seed");
        LongStream seeds = one == null ? LongStream.rangeClosed(1, 4) : LongStream.of(one);
        return seeds.boxed().flatMap(seed -> Stream.of(Kind.FFA, Kind.SMC, Kind.STATIC)
                .map(kind -> Arguments.of(kind, seed)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void isRefusedOrEndured(Kind kind, long seed) {
        String rerun = "again with: mvn -pl backend-optee -am verify -Dtest=HostileFirmwareTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dcloister.seed=" + seed;
        var random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            try (TestBoard board = TestBoard.of(kind)) {
                int oneOf = 3 + random.nextInt(60);
                board.conduit().after(r -> true, r -> {
                    if (random.nextInt(oneOf) == 0) {
                        damage(random, r, board);
                    }
                });
                Discovery discovery = board.look(PATIENCE);
                if (discovery.driver().isPresent()) {
                    use(board, discovery, random);
                }
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed %d, round %d; %s".formatted(seed, round, rerun), e);
            }
        }
        assertThat(done).as("steps that went well; %s", rerun).isGreaterThan(ROUNDS);
        assertThat(refused).as("steps that were refused; %s", rerun).isGreaterThan(ROUNDS);
    }

    private static void damage(Random random, SmcRegisters r, TestBoard board) {
        for (int n = random.nextInt(3); n >= 0; n--) {
            int value = random.nextInt(4) == 0 ? random.nextInt() : WORDS[random.nextInt(WORDS.length)];
            if (random.nextBoolean()) {
                r.setW(random.nextInt(8), value);
            } else {
                // messages are the first that the driver takes of the area
                board.cpu().writeInt(board.area().base() + 4L * random.nextInt(1024), value);
            }
        }
    }

    private void use(TestBoard board, Discovery discovery, Random random) {
        OpteeBackend backend = BackendFixture.backend(board, discovery, 0);
        backend.connected(new TestHost());
        var tee = new OpteeTee(new OpteeTee.Wiring(OpteeBackend.ID, discovery.driver().orElseThrow(), backend::host,
                backend::isStatic, PATIENCE));
        for (int i = 0; i < 6; i++) {
            attempt(() -> lend(backend, random));
            attempt(() -> speak(tee));
            board.time().advance(BackendFixture.IDLE);
        }
        attempt(backend::disconnected);
    }

    private void lend(OpteeBackend backend, Random random) {
        for (PoolOffer offer : backend.offers()) {
            attempt(() -> {
                Pool pool = backend.open(offer);
                attempt(() -> pool.free(pool.allocate(1 + random.nextInt(1 << 20), 4096)));
                attempt(pool::retryQuarantined);
                attempt(pool::destroy);
            });
        }
    }

    private static void speak(OpteeTee tee) {
        try (SharedMemory memory = tee.allocate(8192, Direction.INOUT);
                TeeSession session = tee.open(APPLICATION, Login.PUBLIC)) {
            session.invoke(0, new Param.Memory(memory, 0, 4096, Direction.INPUT),
                    new Param.Memory(memory, 4096, 4096, Direction.OUTPUT));
            session.invoke(7, new Param.Value(1, 2, Direction.INOUT));
        }
    }

    private void attempt(Runnable step) {
        try {
            step.run();
            done++;
        } catch (HeapException withAReason) {
            refused++;
        }
    }
}
