// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.emulator.devices.internal.FakeMemory;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.DecoderEvent;
import org.cloister.platform.device.DecoderSession;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.InternalMemory;
import org.cloister.platform.device.MemoryRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of {@link DecoderSession}: every state with everything that can happen in it. */
class SessionStatesTest {
    private static final String STREAM = "small.h264";
    private static final List<MemoryRange> NOT_GRANTED = List.of(new MemoryRange(0x3000, 0x8000));
    private static FfmpegLibraries ffmpeg;

    private final FakeMemory memory = Client.memory();
    private VideoDecoderModel decoder;

    private enum State { RUNNING, DRAINING, HALTED, CLOSED }

    private enum Happening {
        QUEUE_BITSTREAM, QUEUE_FRAME, LEND, TAKE_BACK, CANCEL_FRAME, DRAIN, FLUSH, BLOCKED, LAST_PICTURE, CLOSE
    }

    /** What comes of it: the next state, or the refusal. */
    private record Outcome(State next, Optional<HeapError> refusal) {
        static Outcome to(State next) {
            return new Outcome(next, Optional.empty());
        }

        static Outcome refused(State still, HeapError error) {
            return new Outcome(still, Optional.of(error));
        }
    }

    @BeforeAll
    static void loadFfmpeg() throws IOException {
        ffmpeg = FfmpegLibraries.loadInto(Path.of("target", "ffmpeg"));
    }

    @BeforeEach
    void putOnBoard() {
        decoder = new VideoDecoderModel("/soc/video-decoder@0", new Dma(memory, new DmaLimits(32, 16, 8, 1 << 20)),
                Client::isRestricted, () -> ffmpeg);
    }

    @AfterEach
    void takeOff() {
        decoder.close();
    }

    private static Stream<Arguments> table() {
        List<Arguments> rows = new ArrayList<>();
        for (State state : State.values()) {
            for (Happening happening : Happening.values()) {
                expected(state, happening).ifPresent(outcome -> rows.add(Arguments.of(state, happening, outcome)));
            }
        }
        return rows.stream();
    }

    /** Empty where it cannot happen: a device that does nothing is not blocked, and writes no last picture. */
    private static Optional<Outcome> expected(State state, Happening happening) {
        return switch (state) {
            case RUNNING -> switch (happening) {
                case DRAIN -> Optional.of(Outcome.to(State.DRAINING));
                case BLOCKED -> Optional.of(Outcome.to(State.HALTED));
                case LAST_PICTURE -> Optional.empty();
                case CLOSE -> Optional.of(Outcome.to(State.CLOSED));
                default -> Optional.of(Outcome.to(State.RUNNING));
            };
            case DRAINING -> switch (happening) {
                case FLUSH, LAST_PICTURE -> Optional.of(Outcome.to(State.RUNNING));
                case BLOCKED -> Optional.of(Outcome.to(State.HALTED));
                case CLOSE -> Optional.of(Outcome.to(State.CLOSED));
                default -> Optional.of(Outcome.to(State.DRAINING));
            };
            case HALTED -> switch (happening) {
                case QUEUE_BITSTREAM, QUEUE_FRAME, LEND, DRAIN ->
                        Optional.of(Outcome.refused(State.HALTED, HeapError.FAULT));
                case TAKE_BACK, CANCEL_FRAME -> Optional.of(Outcome.to(State.HALTED));
                case FLUSH -> Optional.of(Outcome.to(State.RUNNING));
                case BLOCKED, LAST_PICTURE -> Optional.empty();
                case CLOSE -> Optional.of(Outcome.to(State.CLOSED));
            };
            case CLOSED -> switch (happening) {
                case BLOCKED, LAST_PICTURE -> Optional.empty();
                case CLOSE -> Optional.of(Outcome.to(State.CLOSED));
                default -> Optional.of(Outcome.refused(State.CLOSED, HeapError.CLOSED));
            };
        };
    }

    @ParameterizedTest
    @MethodSource("table")
    void doesWhatTheTableSays(State state, Happening happening, Outcome outcome) {
        try (Client client = in(state)) {
            if (outcome.refusal().isPresent()) {
                assertThatExceptionOfType(HeapException.class).isThrownBy(() -> happen(client, state, happening))
                        .satisfies(e -> assertThat(e.error()).isEqualTo(outcome.refusal().get()));
            } else {
                happen(client, state, happening);
            }
            assertIn(client, outcome.next());
        }
    }

    private Client in(State state) {
        Client client = new Client(decoder, memory, Streams.format(STREAM));
        switch (state) {
            case RUNNING -> { }
            case DRAINING -> {
                client.feed(Streams.accessUnits(STREAM).getFirst(), 0);
                client.session.drain();
                client.await(DecoderEvent.SourceChange.class::isInstance); // its picture waits for memory
            }
            case HALTED -> {
                client.session.queueBitstream(70, NOT_GRANTED, 0);
                client.await(DecoderEvent.Blocked.class::isInstance);
            }
            case CLOSED -> client.close();
        }
        return client;
    }

    private void happen(Client client, State state, Happening happening) {
        DecoderSession session = client.session;
        byte[] unit = Streams.accessUnits(STREAM).getFirst();
        switch (happening) {
            case QUEUE_BITSTREAM -> {
                memory.put(Client.INPUT, unit);
                session.queueBitstream(80, List.of(new MemoryRange(Client.INPUT, unit.length)), 8);
            }
            case QUEUE_FRAME -> session.queueFrame(81, List.of(new MemoryRange(Client.OUTPUT, 16))); // too small
            case LEND -> session.lend(82, InternalMemory.RECONSTRUCTION, List.of(new MemoryRange(Client.INTERNAL, 16)));
            case TAKE_BACK -> session.takeBack(83);
            case CANCEL_FRAME -> session.cancelFrame(84);
            case DRAIN -> session.drain();
            case FLUSH -> {
                session.flush();
                client.await(DecoderEvent.Flushed.class::isInstance);
            }
            case BLOCKED -> {
                if (state == State.DRAINING) {
                    session.queueFrame(85, NOT_GRANTED);
                } else {
                    session.queueBitstream(86, NOT_GRANTED, 0);
                }
                client.await(DecoderEvent.Blocked.class::isInstance);
            }
            case LAST_PICTURE -> {
                client.offerSlots();
                client.await(DecoderEvent.Drained.class::isInstance);
            }
            case CLOSE -> session.close();
        }
    }

    /** By what the session does next, which only this state does. */
    private void assertIn(Client client, State state) {
        switch (state) {
            case RUNNING -> {
                client.offerSlots();
                client.feed(Streams.accessUnits(STREAM).getFirst(), 1);
                client.drain();
                assertThat(client.timestamps).contains(1L);
            }
            case DRAINING -> {
                client.offerSlots();
                client.await(DecoderEvent.Drained.class::isInstance);
            }
            case HALTED -> {
                assertRefused(client.session::drain, HeapError.FAULT);
                assertThat(client.lent).isEmpty();
            }
            case CLOSED -> {
                assertRefused(client.session::flush, HeapError.CLOSED);
                assertRefused(() -> client.session.takeBack(1), HeapError.CLOSED);
            }
        }
    }

    private static void assertRefused(Runnable call, HeapError error) {
        assertThatExceptionOfType(HeapException.class).isThrownBy(call::run)
                .satisfies(e -> assertThat(e.error()).isEqualTo(error));
    }
}
