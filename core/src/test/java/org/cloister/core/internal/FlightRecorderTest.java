// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The names and fields that docs/events.md promises. */
class FlightRecorderTest {
    private static final Throwable SITE = new Throwable("here");

    @TempDir
    private Path directory;

    private static Stream<Arguments> promised() {
        String first = SITE.getStackTrace()[0].toString();
        return Stream.of(
                Arguments.of(new HeapEvent.Available("h", "a", 1), "AVAILABLE", Map.of("backend", "a", "generation", 1L),
                        "Swap", Map.of("from", "", "to", "a", "generation", 1L)),
                Arguments.of(new HeapEvent.Swapped("h", "a", "b", 2), "SWAPPED",
                        Map.of("from", "a", "to", "b", "generation", 2L),
                        "Swap", Map.of("from", "a", "to", "b", "generation", 2L)),
                Arguments.of(new HeapEvent.Unavailable("h", "gone"), "UNAVAILABLE", Map.of("why", "gone"),
                        "Swap", Map.of("from", "", "to", "")),
                Arguments.of(new HeapEvent.Draining("h", "a", 3), "DRAINING", Map.of("backend", "a", "buffers", 3L),
                        "Drain", Map.of("backend", "a", "buffers", 3L)),
                Arguments.of(new HeapEvent.Retired("h", "a"), "RETIRED", Map.of("backend", "a"),
                        "Retire", Map.of("backend", "a")),
                Arguments.of(new HeapEvent.Allocated("h", 7, 4096, "o"), "ALLOCATED",
                        Map.of("buffer", 7L, "size", 4096L, "owner", "o"),
                        "Allocation", Map.of("buffer", 7L, "size", 4096L, "owner", "o")),
                Arguments.of(new HeapEvent.Freed("h", 7, 4096), "FREED", Map.of("buffer", 7L, "size", 4096L),
                        "Free", Map.of("buffer", 7L, "size", 4096L)),
                Arguments.of(new HeapEvent.Moved("h", 7, "a", "b"), "MOVED",
                        Map.of("buffer", 7L, "from", "a", "to", "b"),
                        "Move", Map.of("buffer", 7L, "from", "a", "to", "b")),
                Arguments.of(new HeapEvent.Revoked("h", 7, "late"), "REVOKED", Map.of("buffer", 7L, "why", "late"),
                        "Revoke", Map.of("buffer", 7L, "why", "late")),
                Arguments.of(new HeapEvent.Leaked("h", 7, 4096, "o", Duration.ofSeconds(2), Optional.empty()), "LEAKED",
                        Map.of("buffer", 7L, "size", 4096L, "owner", "o", "age", 2000L, "site", ""),
                        "Leak", Map.of("buffer", 7L, "size", 4096L, "owner", "o", "age", 2000L, "site", "")),
                Arguments.of(new HeapEvent.Leaked("h", 7, 4096, "o", Duration.ZERO, Optional.of(shortened())), "LEAKED",
                        Map.of("buffer", 7L, "size", 4096L, "owner", "o", "age", 0L, "site", first),
                        "Leak", Map.of("site", first)),
                Arguments.of(new HeapEvent.BackendFailed("h", "a", "boom"), "BACKEND_FAILED",
                        Map.of("backend", "a", "why", "boom"),
                        "BackendFailure", Map.of("backend", "a", "why", "boom")),
                Arguments.of(new HeapEvent.Quarantined("h", "a", 0x4000, 4096, "stuck"), "QUARANTINED",
                        Map.of("backend", "a", "base", 0x4000L, "size", 4096L, "why", "stuck"),
                        "Quarantine", Map.of("backend", "a", "base", 0x4000L, "size", 4096L, "why", "stuck")),
                Arguments.of(new HeapEvent.Lent("h", "a", 0x4000, 4096), "LENT",
                        Map.of("backend", "a", "base", 0x4000L, "size", 4096L),
                        "Lend", Map.of("backend", "a", "base", 0x4000L, "size", 4096L)),
                Arguments.of(new HeapEvent.Reclaimed("h", "a", 0x4000, 4096), "RECLAIMED",
                        Map.of("backend", "a", "base", 0x4000L, "size", 4096L),
                        "Reclaim", Map.of("backend", "a", "base", 0x4000L, "size", 4096L)),
                Arguments.of(new HeapEvent.Faulted("h", "a", 0x4000, 4096, "refused"), "FAULTED",
                        Map.of("backend", "a", "base", 0x4000L, "size", 4096L, "why", "refused"),
                        "Fault", Map.of("backend", "a", "base", 0x4000L, "size", 4096L, "why", "refused")));
    }

    private static Throwable shortened() {
        var site = new Throwable("one frame");
        site.setStackTrace(new StackTraceElement[] {SITE.getStackTrace()[0]});
        return site;
    }

    @ParameterizedTest
    @MethodSource("promised")
    void namesAndFieldsAreThoseOfTheDocumentation(HeapEvent event, String topic, Map<String, Object> properties,
            String name, Map<String, Object> fields) throws IOException {
        assertThat(EventProperties.topic(event)).isEqualTo("org/cloister/heap/HeapEvent/" + topic);
        var expected = new HashMap<>(properties);
        expected.put("heap", "h");
        assertThat(EventProperties.of(event)).isEqualTo(expected);
        List<RecordedEvent> recorded = record(() -> new FlightRecorderListener().onEvent(event));
        assertThat(recorded).singleElement().satisfies(entry -> {
            assertThat(entry.getEventType().getName()).isEqualTo("org.cloister." + name);
            assertThat(entry.getEventType().getCategoryNames()).containsExactly("Cloister");
            assertThat(entry.getString("heap")).isEqualTo("h");
            assertThat(entry.getFields()).extracting(ValueDescriptor::getName).containsAll(fields.keySet());
            fields.forEach((field, value) -> assertThat(entry.<Object>getValue(field)).as(field).isEqualTo(value));
        });
    }

    @Test
    void aLifeIsRecorded() throws IOException {
        List<RecordedEvent> recorded = record(() -> {
            try (var world = new World()) {
                Candidate candidate = world.add(FakeBackend.video("a"));
                world.video().allocate(4096).close();
                DmaBuf left = world.video().allocate(4096);
                assertThat(left.size()).isEqualTo(4096);
                world.stop("consumer");
                world.remove(candidate);
            }
        });
        assertThat(recorded).extracting(entry -> entry.getEventType().getName().substring("org.cloister.".length()))
                .containsExactly("Swap", "Allocation", "Free", "Allocation", "Free", "Leak", "Drain", "Swap", "Retire");
    }

    @Test
    void withoutARecordingNothingIsMadeForIt() {
        assertThat(FlightRecorderListener.isOn()).isFalse();
    }

    private List<RecordedEvent> record(Runnable action) throws IOException {
        Path file = directory.resolve("recording.jfr");
        try (var recording = new Recording()) {
            recording.start();
            action.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(entry -> entry.getEventType().getName().startsWith("org.cloister."))
                .sorted(Comparator.comparing(RecordedEvent::getStartTime)).toList();
    }
}
