// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Enforcement;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.cloister.heap.Zeroing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heaps of the kernel as users see them. */
class HeapTest {
    private final Heaps heaps = Guest.service(Heaps.class);
    private final Heap system = Guest.system();

    @Test
    void theNodeIsAHeapUnderItsOwnName() {
        assertThat(heaps.list()).extracting(Heap::name).contains("system");
        assertThat(system.backend()).isEqualTo("linux");
        assertThat(system.useCase()).isEqualTo(UseCase.NONE);
        assertThat(system.attributes().enforcement()).isEqualTo(Enforcement.NONE);
        assertThat(system.attributes().cpuAccess()).isEqualTo(Access.READ_WRITE);
        assertThat(system.attributes().zeroing()).isEqualTo(Zeroing.CPU);
        assertThat(system.attributes().granularity()).isEqualTo(4096);
        assertThat(system.attributes().grants()).isEmpty();
        assertThat(system.usage().capacity()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 4096, 4097, 1 << 20, 10_000_001})
    void aBufferIsARealOne(long size) {
        try (DmaBuf buffer = system.allocate(size)) {
            int fd = buffer.fd().orElseThrow();
            assertThat(Files.info(fd, "size")).isEqualTo(Long.toString(buffer.size()));
            assertThat(Files.info(fd, "exp_name")).isEqualTo("system");
            assertThat(buffer.size()).isEqualTo((size + 4095) / 4096 * 4096);
            assertThat(buffer.record().backend()).isEqualTo("linux");
            assertThat(buffer.record().restricted()).isFalse();
        }
    }

    @Test
    void namesGoToTheKernel() {
        try (DmaBuf buffer = system.allocate(AllocationRequest.of(1).named("from the start"))) {
            int fd = buffer.fd().orElseThrow();
            assertThat(Files.info(fd, "name")).isEqualTo("from the start");
            buffer.setName("n".repeat(DmaBuf.MAX_NAME));
            assertThat(Files.info(fd, "name")).isEqualTo("n".repeat(DmaBuf.MAX_NAME));
            buffer.setName("é".repeat(DmaBuf.MAX_NAME));
            assertThat(buffer.name()).hasSize(DmaBuf.MAX_NAME);
            assertThat(Files.info(fd, "name")).isEqualTo("é".repeat(15));
            Guest.refused(HeapError.INVALID_ARGUMENT, () -> buffer.setName("n".repeat(DmaBuf.MAX_NAME + 1)));
        }
    }

    @Test
    void whatTheMachineDoesNotHaveIsNotAskedOfIt() {
        assertThat(Guest.refused(HeapError.NO_MEMORY, () -> system.allocate(1L << 40)).why()).contains("available");
        assertThat(Guest.refused(HeapError.INVALID_ARGUMENT, () -> system.allocate(Long.MAX_VALUE)).remedy())
                .isNotEmpty();
    }

    @Test
    void alignmentBeyondPagesIsNotPromised() {
        Guest.refused(HeapError.INVALID_ARGUMENT, () -> system.allocate(AllocationRequest.of(1).aligned(1 << 16)));
    }

    @Test
    void aFullTableOfOpenFilesIsSaid() {
        List<DmaBuf> buffers = new ArrayList<>();
        int highest = Files.descriptors().keySet().stream().mapToInt(Integer::intValue).max().orElseThrow();
        long before = Raw.limitFiles(highest + 20L);
        try {
            assertThat(Guest.refused(HeapError.TOO_MANY_FILES, () -> {
                for (int i = 0; i < 100; i++) {
                    buffers.add(system.allocate(1));
                }
            })).hasMessageContaining("EMFILE").hasMessageContaining("ulimit -n");
        } finally {
            Raw.limitFiles(before);
            buffers.forEach(DmaBuf::close);
        }
        assertThat(buffers).isNotEmpty();
        system.allocate(1).close();
    }

    @Test
    void heapsThatTheKernelDoesNotHaveAreExplained() {
        assertThat(heaps.find("protected,secure-video")).isEmpty();
        assertThat(heaps.explain("protected,secure-video").toString())
                .contains("the kernel has no node /dev/dma_heap/protected,secure-video", "6.18");
    }

    /** A second node of the same device: the kernel cares for numbers, not for names. */
    @Test
    void heapsComeAndGoAtRunTime() throws Exception {
        Path node = Path.of(Guest.HEAPS + "acme_pool");
        var waiting = heaps.whenAvailable("acme_pool").toCompletableFuture();
        makeNode(node);
        try {
            Heap heap = waiting.get(30, TimeUnit.SECONDS);
            heap.allocate(1).close();
            try (DmaBuf survivor = heap.allocate(1)) {
                java.nio.file.Files.delete(node);
                Guest.eventually("the heap is lost", () -> heap.state() == HeapState.DRAINING);
                Guest.refused(HeapError.DRAINING, () -> heap.allocate(1));
                assertThat(Files.info(survivor.fd().orElseThrow(), "size")).isEqualTo("4096");
            }
            Guest.eventually("nothing is left", () -> heap.state() == HeapState.UNAVAILABLE);
            makeNode(node);
            Guest.eventually("the same heap is back", () -> heap.state() == HeapState.AVAILABLE);
            heap.allocate(1).close();
        } finally {
            java.nio.file.Files.deleteIfExists(node);
        }
    }

    /** Something that can be opened and is no heap. */
    @Test
    void whatIsNoHeapIsFoundOutAtTheFirstAllocation() throws Exception {
        Path node = Path.of(Guest.HEAPS + "impostor");
        java.nio.file.Files.createFile(node);
        try {
            Heap heap = heaps.whenAvailable("impostor").toCompletableFuture().get(30, TimeUnit.SECONDS);
            Guest.refused(HeapError.NOT_SUPPORTED, () -> heap.allocate(1));
        } finally {
            java.nio.file.Files.deleteIfExists(node);
        }
        Guest.eventually("the heap is lost", () ->
                heaps.find("impostor").map(Heap::state).equals(Optional.of(HeapState.UNAVAILABLE)));
    }

    @Test
    void aNodeWithoutADeviceIsExplained() throws Exception {
        Path node = Path.of(Guest.HEAPS + "nobody");
        makeNode(node, 100);
        try {
            Guest.eventually("the node is seen", () -> heaps.explain("nobody").toString().contains("nobody: "));
            assertThat(heaps.explain("nobody").toString()).contains("/dev/dma_heap/nobody").containsAnyOf("ENODEV", "ENXIO");
            assertThat(heaps.find("nobody")).isEmpty();
        } finally {
            java.nio.file.Files.delete(node);
        }
    }

    private static void makeNode(Path node) throws IOException, InterruptedException {
        makeNode(node, 0);
    }

    /** Makes a node of the system heap's driver; 0 is that heap, what is higher another. */
    private static void makeNode(Path node, int above) throws IOException, InterruptedException {
        String numbers = new String(new ProcessBuilder("/bin/stat", "-c", "%t %T", Guest.SYSTEM).start()
                .getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        String[] parts = numbers.split(" ");
        assertThat(new ProcessBuilder("/bin/mknod", node.toString(), "c", Integer.toString(Integer.parseInt(parts[0], 16)),
                Integer.toString(Integer.parseInt(parts[1], 16) + above)).start().waitFor()).isZero();
    }
}
