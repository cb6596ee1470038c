// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.cloister.admin.BufferReport;
import org.cloister.admin.HeapAdmin;
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
 * What decoder, GPU and display work in is moved to the backend that takes over, while a clip plays, and nobody
 * notices.
 */
class MovePlaybackTest {
    private static final String VIDEO = "protected,secure-video";

    @TempDir
    Path directory;

    private final Queue<HeapEvent> events = new ConcurrentLinkedQueue<>();
    private ServiceRegistration<HeapListener> listener;

    @BeforeEach
    void switchOn() throws Exception {
        listener = Framework.context().registerService(HeapListener.class, events::add,
                Framework.properties(Map.of(HeapListener.HEAPS, VIDEO)));
        Boards.on("lab");
    }

    @AfterEach
    void switchOff() throws Exception {
        Boards.off();
        listener.unregister();
    }

    @Test
    void whatIsMovedInMidStreamPlaysExactly() {
        String report = Player.play("--json", "--move", "--swap", "mtk@1s,optee@2s,mtk@3s,optee@4s",
                "--picture", directory.resolve("sheet.png").toString());
        Player.assertExact(report);
        assertThat(Player.number(report, "frames")).isEqualTo(125);
        assertThat(Player.number(report, "swaps")).isEqualTo(4);
        assertThat(report).contains("\"backends\":[\"optee\",\"mtk\",\"optee\",\"mtk\",\"optee\"]",
                "\"stillLent\":\"0x0\"");
        assertThat(of(HeapEvent.Moved.class)).isNotEmpty()
                .allSatisfy(moved -> assertThat(moved).returns("optee", HeapEvent.Moved::from)
                        .returns("mtk", HeapEvent.Moved::to));
        assertThat(Player.number(report, "moved")).isBetween(1L, (long) of(HeapEvent.Moved.class).size());
        assertThat(of(HeapEvent.Revoked.class)).isEmpty();
        Heap heap = Framework.service(Heap.class, "(heap.name=%s)".formatted(VIDEO));
        Framework.eventually("nothing is left", () -> heap.usage().buffers() == 0);
    }

    /** By {@code --swap} all backends serve for a moment before the clip begins, and what the GPU has is moved then. */
    @Test
    void whatTheGpuNeedsInProtectedModeIsMovedInMidStream() throws IOException {
        Configuration core = Framework.configuration("org.cloister.core");
        core.update(Framework.properties(Map.of("drain.policies", new String[] {VIDEO + "=move"})));
        try {
            moveWhatTheGpuHas();
        } finally {
            Framework.remove(core);
        }
    }

    private void moveWhatTheGpuHas() {
        HeapAdmin admin = Framework.service(HeapAdmin.class, null);
        CompletableFuture<String> played = CompletableFuture.supplyAsync(() ->
                Player.play("--json", "--real-time", "--picture", directory.resolve("sheet.png").toString()));
        Framework.eventually("pictures are composed",
                () -> played.isDone() || of(HeapEvent.Allocated.class).size() > 40);
        List<Long> ofTheGpu = admin.buffers().stream().filter(buffer -> buffer.name().startsWith("GPU "))
                .map(BufferReport::id).toList();
        admin.swap(VIDEO, "mtk");
        String report;
        try {
            report = played.join();
        } finally {
            admin.restore(VIDEO);
        }
        Player.assertExact(report);
        assertThat(report).contains("\"backends\":[\"optee\",\"mtk\"]", "\"composed\":125",
                "\"stillLent\":\"0x0\"");
        assertThat(of(HeapEvent.Moved.class)).extracting(HeapEvent.Moved::buffer).containsAll(ofTheGpu);
        assertThat(ofTheGpu).as("firmware and suspend buffer").hasSizeGreaterThan(1);
        assertThat(of(HeapEvent.Revoked.class)).isEmpty();
    }

    private <E extends HeapEvent> List<E> of(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
