// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapListener;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.SmcConduit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;

/** Memory that OP-TEE is lent, takes and refuses, in the Flight Recorder and through EventAdmin. */
class LoanEventsTest {
    private static final String VIDEO = "protected,secure-video";
    private static final long CHUNK = 1L << 20;

    private final List<Event> posted = new CopyOnWriteArrayList<>();
    private final List<HeapEvent> heard = new CopyOnWriteArrayList<>();
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
    private Configuration backend;

    @TempDir
    private Path directory;

    @BeforeEach
    void listen() throws IOException {
        backend = Framework.configuration("org.cloister.backend.optee");
        backend.update(Framework.properties(Map.of("idle.chunks", 0, "largest.chunk.bytes", CHUNK)));
        registrations.add(Framework.context().registerService(EventHandler.class, posted::add,
                Framework.properties(Map.of(EventConstants.EVENT_TOPIC, "org/cloister/heap/HeapEvent/*",
                        EventConstants.EVENT_FILTER, "(heap=" + VIDEO + ")"))));
        registrations.add(Framework.context().registerService(HeapListener.class, heard::add,
                Framework.properties(Map.of(HeapListener.HEAPS, VIDEO))));
    }

    @AfterEach
    void switchOff() throws IOException {
        registrations.forEach(ServiceRegistration::unregister);
        Framework.remove(backend);
        Boards.off();
    }

    private static Heap video() {
        Heaps heaps = Framework.service(FrameworkUtil.getBundle(LoanEventsTest.class), Heaps.class);
        return Framework.await(() -> heaps.find(VIDEO).filter(heap -> heap.state() == HeapState.AVAILABLE)
                .orElse(null));
    }

    private List<Event> posted(String topic) {
        return posted.stream().filter(event -> event.getTopic().endsWith("HeapEvent/" + topic)).toList();
    }

    private <T extends HeapEvent> List<T> heard(Class<T> type) {
        return heard.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Test
    void playbackLendsAndReclaims() throws IOException {
        Soc soc = Boards.on("virt-optee");
        Heap video = video();
        int regions = soc.firewall().budget().left();
        Path file = directory.resolve("loans.jfr");
        try (var recording = new Recording()) {
            recording.start();
            List<DmaBuf> frames = new ArrayList<>();
            for (int i = 0; i < 6; i++) { // as many as a decoder keeps, of 960x540
                frames.add(video.allocate(960 * 540 * 3 / 2));
            }
            assertThat(soc.firewall().budget().left()).isLessThan(regions);
            frames.forEach(DmaBuf::close);
            assertThat(soc.firewall().budget().left()).isEqualTo(regions);
            Framework.eventually("all is told, in order", () -> !heard(HeapEvent.Reclaimed.class).isEmpty()
                    && heard(HeapEvent.Reclaimed.class).size() == heard(HeapEvent.Lent.class).size());
            int loans = heard(HeapEvent.Lent.class).size();
            Framework.eventually("all is posted, in any order", () -> posted("LENT").size() == loans
                    && posted("RECLAIMED").size() == loans);
            recording.stop();
            recording.dump(file);
        }
        List<HeapEvent.Lent> lent = heard(HeapEvent.Lent.class);
        assertThat(lent).hasSizeBetween(1, 6).allSatisfy(one -> {
            assertThat(one.backend()).isEqualTo("optee");
            assertThat(one.size()).isEqualTo(CHUNK);
            assertThat(one.base()).isPositive();
        });
        assertThat(heard(HeapEvent.Reclaimed.class)).extracting(HeapEvent.Reclaimed::base)
                .containsExactlyInAnyOrderElementsOf(lent.stream().map(HeapEvent.Lent::base).toList());
        assertThat(heard(HeapEvent.Faulted.class)).isEmpty();
        assertThat(recorded(file, "org.cloister.Fault")).isEmpty();
        for (String kind : List.of("Lend", "Reclaim")) {
            List<RecordedEvent> entries = recorded(file, "org.cloister." + kind);
            assertThat(entries).hasSameSizeAs(lent).allSatisfy(entry -> {
                assertThat(entry.getString("heap")).isEqualTo(VIDEO);
                assertThat(entry.getString("backend")).isEqualTo("optee");
                assertThat(entry.getLong("size")).isEqualTo(CHUNK);
            });
            assertThat(entries).extracting(entry -> entry.getLong("base"))
                    .containsExactlyInAnyOrderElementsOf(lent.stream().map(HeapEvent.Lent::base).toList());
        }
        assertThat(posted("LENT")).extracting(event -> event.getProperty("base"))
                .containsExactlyInAnyOrderElementsOf(lent.stream().map(HeapEvent.Lent::base).toList());
        assertThat(posted("RECLAIMED")).allSatisfy(event -> {
            assertThat(event.getProperty("heap")).isEqualTo(VIDEO);
            assertThat(event.getProperty("backend")).isEqualTo("optee");
            assertThat(event.getProperty("size")).isEqualTo(CHUNK);
        });
    }

    private static List<RecordedEvent> recorded(Path file, String name) throws IOException {
        return RecordingFile.readAllEvents(file).stream().filter(entry -> entry.getEventType().getName().equals(name))
                .sorted(Comparator.comparing(RecordedEvent::getStartTime)).toList();
    }

    @Test
    void whatFirmwareRefusesIsAFault() throws IOException {
        Boards.on("virt-optee");
        SmcConduit firmware = Framework.service(SmcConduit.class, null);
        SmcConduit deaf = registers -> {
            if (FfaFunction.narrow(registers.w(0)) == FfaFunction.MEM_LEND) {
                registers.function(FfaFunction.ERROR).setW(2, -6); // DENIED
            } else {
                firmware.call(registers);
            }
        };
        registrations.add(Framework.context().registerService(SmcConduit.class, deaf,
                Framework.properties(Map.of(SmcConduit.METHOD, "smc", Constants.SERVICE_RANKING, 1000))));
        Heap video = video();
        assertThatExceptionOfType(HeapException.class).isThrownBy(() -> video.allocate(4096))
                .satisfies(e -> assertThat(e.error()).isIn(HeapError.FIRMWARE_REFUSED, HeapError.NOT_PERMITTED));
        Framework.eventually("the fault is posted", () -> !posted("FAULTED").isEmpty());
        assertThat(posted("FAULTED")).allSatisfy(event -> {
            assertThat(event.getProperty("backend")).isEqualTo("optee");
            assertThat(event.getProperty("size")).isEqualTo(CHUNK);
            assertThat((Long) event.getProperty("base")).isPositive();
            assertThat((String) event.getProperty("why")).startsWith("it could not be lent: ");
        });
        assertThat(posted("LENT")).isEmpty();
        assertThat(posted("QUARANTINED")).isEmpty();
    }
}
