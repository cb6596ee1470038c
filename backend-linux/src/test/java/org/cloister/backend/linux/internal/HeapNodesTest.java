// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cloister.backend.PoolOffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeapNodesTest {
    private final FakeKernel kernel = new FakeKernel();

    @TempDir
    private Path devices;

    private List<PoolOffer> offers() {
        List<PoolOffer> offers = HeapNodes.look(devices.resolve("dma_heap"), kernel)
                .offers(name -> HeapTraits.of(name, 4096, List.of()));
        assertThat(kernel.open).isEmpty();
        assertThat(offers).extracting(PoolOffer::heap).doesNotHaveDuplicates();
        return offers;
    }

    private Path node(String name) throws IOException {
        Path directory = Files.createDirectories(devices.resolve("dma_heap"));
        return Files.createFile(directory.resolve(name));
    }

    private static PoolOffer.Refusal refusal(List<PoolOffer> offers, String heap) {
        return offers.stream().filter(offer -> offer.heap().equals(heap)).findFirst().orElseThrow()
                .refusal().orElseThrow();
    }

    @Test
    void aKernelWithoutHeapsSaysWhichOptionIsMissing() {
        List<PoolOffer> offers = offers();
        assertThat(offers).hasSize(4).allSatisfy(offer -> assertThat(offer.refusal()).isPresent());
        assertThat(refusal(offers, "system").why()).contains("the kernel has no dma-heaps");
        assertThat(refusal(offers, "system").remedy()).contains("CONFIG_DMABUF_HEAPS", "5.6");
    }

    @Test
    void everyNodeIsAHeap() throws IOException {
        node("system");
        node("acme_pool");
        node("not a heap's name");
        node("protected,trusted-ui");
        assertThat(offers()).filteredOn(offer -> offer.refusal().isEmpty()).extracting(PoolOffer::heap)
                .containsExactly("acme_pool", "protected,trusted-ui", "system");
        assertThat(refusal(offers(), "protected,secure-video").remedy()).contains("6.18", "CONFIG_TEE");
    }

    @Test
    void whoMayNotOpenANodeIsToldOfUdev() throws IOException {
        kernel.refusals.put("open " + node("system"), -13);
        PoolOffer.Refusal refusal = refusal(offers(), "system");
        assertThat(refusal.why()).contains("permission is denied (EACCES)", "dma_heap/system");
        assertThat(refusal.remedy()).contains("udev", "SUBSYSTEM==\"dma_heap\"");
    }

    @Test
    void aDirectoryThatIsAFileIsSaid() throws IOException {
        Files.createFile(devices.resolve("dma_heap"));
        assertThat(refusal(offers(), "system").why()).contains("cannot be read");
    }

    @Test
    void likeness() throws IOException {
        Path directory = node("system").getParent();
        HeapNodes before = HeapNodes.look(directory, kernel);
        assertThat(before.isLike(HeapNodes.look(directory, kernel))).isTrue();
        assertThat(before.isLike(HeapNodes.none(directory))).isFalse();
        node("other");
        assertThat(before.isLike(HeapNodes.look(directory, kernel))).isFalse();
        kernel.refusals.put("open " + directory.resolve("other"), -13);
        HeapNodes refused = HeapNodes.look(directory, kernel);
        kernel.refusals.clear();
        assertThat(refused.isLike(HeapNodes.look(directory, kernel))).isFalse();
    }
}
