// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;

/**
 * What decoder, GPU and display work in is moved to the backend that takes over, while a clip plays, and nobody notices.
 */
class MovePlaybackTest {
    private static final String VIDEO = "protected,secure-video";

    @TempDir
    Path directory;

    private final Queue<HeapEvent> events = new ConcurrentLinkedQueue<>();
    private Configuration core;
    private ServiceRegistration<HeapListener> listener;

    @BeforeEach
    void configure() throws Exception {
        core = Framework.configuration("org.cloister.core");
        core.update(Framework.properties(Map.of("drain.policies", new String[] {VIDEO + "=move"})));
        listener = Framework.context().registerService(HeapListener.class, events::add,
                Framework.properties(Map.of(HeapListener.HEAPS, VIDEO)));
        Boards.on("lab");
    }

    @AfterEach
    void switchOff() throws Exception {
        Boards.off();
        listener.unregister();
        Framework.remove(core);
    }

    @Test
    void whatIsMovedInMidStreamPlaysExactly() {
        String report = Player.play("--json", "--swap", "mtk@1s,optee@2s,mtk@3s,optee@4s",
                "--picture", directory.resolve("sheet.png").toString());
        Player.assertExact(report);
        assertThat(Player.number(report, "frames")).isEqualTo(125);
        assertThat(Player.number(report, "swaps")).isEqualTo(4);
        assertThat(report).contains("\"backends\":[\"optee\",\"mtk\",\"optee\",\"mtk\",\"optee\"]",
                "\"stillLent\":\"0x0\"");
        assertThat(of(HeapEvent.Moved.class)).isNotEmpty()
                .allSatisfy(moved -> assertThat(moved).returns("optee", HeapEvent.Moved::from)
                        .returns("mtk", HeapEvent.Moved::to));
        assertThat(of(HeapEvent.Revoked.class)).isEmpty();
        Heap heap = Framework.service(Heap.class, "(heap.name=%s)".formatted(VIDEO));
        assertThat(heap.usage().buffers()).isZero();
    }

    private <E extends HeapEvent> List<E> of(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
