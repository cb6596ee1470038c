// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.DecoderEvent;
import org.cloister.platform.device.DecoderSession;
import org.cloister.platform.device.InternalMemory;
import org.cloister.platform.device.MemoryRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of {@link DecoderSession}: every state with everything that can happen in it. */
class SessionStatesTest extends DecoderOnBoard {
    private static final String STREAM = "small.h264";
    private static final List<MemoryRange> NOT_GRANTED = List.of(new MemoryRange(0x3000, 0x8000));

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
        Client client = client(STREAM);
        switch (state) {
            case RUNNING -> { }
            case DRAINING -> {
                client.feed(Streams.accessUnits(STREAM).getFirst(), 0);
                client.session.drain();
                client.await(DecoderEvent.SourceChange.class); // its picture waits for memory
            }
            case HALTED -> {
                client.session.queueBitstream(70, NOT_GRANTED, 0);
                client.await(DecoderEvent.Blocked.class);
            }
            case CLOSED -> client.close();
        }
        return client;
    }

    private void happen(Client client, State state, Happening happening) {
        DecoderSession session = client.session;
        switch (happening) {
            case QUEUE_BITSTREAM -> client.queue(Streams.accessUnits(STREAM).getFirst(), 80);
            case QUEUE_FRAME -> session.queueFrame(81, List.of(new MemoryRange(Client.OUTPUT, 16))); // too small
            case LEND -> session.lend(82, InternalMemory.RECONSTRUCTION, List.of(new MemoryRange(Client.INTERNAL, 16)));
            case TAKE_BACK -> session.takeBack(83);
            case CANCEL_FRAME -> session.cancelFrame(84);
            case DRAIN -> session.drain();
            case FLUSH -> {
                session.flush();
                client.await(DecoderEvent.Flushed.class);
            }
            case BLOCKED -> {
                if (state == State.DRAINING) {
                    session.queueFrame(85, NOT_GRANTED);
                } else {
                    session.queueBitstream(86, NOT_GRANTED, 0);
                }
                client.await(DecoderEvent.Blocked.class);
            }
            case LAST_PICTURE -> {
                client.offerSlots();
                client.await(DecoderEvent.Drained.class);
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
                client.await(DecoderEvent.Drained.class);
            }
            case HALTED -> {
                assertRefused(HeapError.FAULT, "halted", client.session::drain);
                assertThat(client.lent).isEmpty();
            }
            case CLOSED -> {
                assertRefused(HeapError.CLOSED, "closed", client.session::flush);
                assertRefused(HeapError.CLOSED, "closed", () -> client.session.takeBack(1));
            }
        }
    }
}
