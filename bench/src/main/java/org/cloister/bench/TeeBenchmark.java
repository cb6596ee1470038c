// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.util.concurrent.TimeUnit;
import org.cloister.platform.layout.ContentSample;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A call of a trusted application through the public API, emulated firmware included: by the ring of AMD's secure
 * processor, and by OP-TEE's own interface. A round trip has no parameters, and the application refuses it at once. A
 * session invocation hands a content key over, by two pieces of shared memory.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgs = {"--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class TeeBenchmark {
    private static final int NO_COMMAND = 0x7fff_fffe;

    /** A board with both. */
    @State(Scope.Thread)
    public static class Sessions {
        private BoardInFelix board;
        private One optee;
        private One amdTee;

        /** Opens sessions with the same application in both. */
        @Setup(Level.Trial)
        public void open() {
            board = BoardInFelix.start("lab");
            optee = new One(board.tee("optee"));
            amdTee = new One(board.tee("amdtee"));
        }

        /** Ends them. */
        @TearDown(Level.Trial)
        public void close() {
            optee.close();
            amdTee.close();
            board.close();
        }
    }

    /** A session with memory to share. */
    private static final class One {
        private final TeeSession session;
        private final SharedMemory memory;

        One(Tee tee) {
            session = tee.open(ContentSample.APPLICATION, Login.PUBLIC);
            memory = tee.allocate(2L * ContentSample.KEY_SIZE, Direction.INPUT);
        }

        TeeResult roundTrip() {
            return session.invoke(NO_COMMAND);
        }

        TeeResult invoke() {
            return session.invoke(ContentSample.SET_KEY,
                    new Param.Memory(memory, 0, ContentSample.KEY_SIZE, Direction.INPUT),
                    new Param.Memory(memory, ContentSample.KEY_SIZE, ContentSample.KEY_SIZE, Direction.INPUT))
                    .orElseThrow("hand a key over");
        }

        void close() {
            session.close();
            memory.close();
        }
    }

    /** Ring. */
    @Benchmark
    @Against(peer = "opteeRoundTrip")
    public TeeResult ringRoundTrip(Sessions state) {
        return state.amdTee.roundTrip();
    }

    /** Peer. */
    @Benchmark
    public TeeResult opteeRoundTrip(Sessions state) {
        return state.optee.roundTrip();
    }

    /** Ring. */
    @Benchmark
    @Against(peer = "opteeInvoke")
    public TeeResult ringInvoke(Sessions state) {
        return state.amdTee.invoke();
    }

    /** Peer. */
    @Benchmark
    public TeeResult opteeInvoke(Sessions state) {
        return state.optee.invoke();
    }
}
