// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloister.driver.bench.TestBoard;
import org.cloister.driver.codec.Protection;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.player.play.internal.Bench;
import org.cloister.player.play.internal.PlayerBoard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProberTest {
    private static final Set<String> DEVICES = Set.of("video-decoder", "display");

    private final PlayerBoard player = new PlayerBoard();
    private final Bench bench = player.bench();

    private final List<Prober> probers = new ArrayList<>();

    @AfterEach
    void switchOff() {
        probers.forEach(Prober::close);
        player.close();
    }

    @Test
    void everyAttackOnRestrictedMemoryIsRepelled() {
        Prober prober = prober(TestBoard.VIDEO);
        try (DmaBuf buffer = allocate(prober, TestBoard.VIDEO)) {
            for (Stage stage : Stage.values()) {
                prober.probe(stage, buffer);
            }
        }
        prober.probeFreed();

        ProbeTally tally = prober.tally();
        assertThat(tally.tried()).isEqualTo(tally.repelled());
        assertThat(tally.breaches()).isEmpty();
        int stages = Stage.values().length;
        assertThat(tally.byAttacker()).containsOnly(
                Map.entry("API", 3L * stages),
                Map.entry("cpu", stages + 1L),
                Map.entry("crypto", 2L * stages + 1),
                Map.entry("display", (long) stages),
                Map.entry("display-external", 2L * stages + 1),
                Map.entry("gpu", 2L * stages + 1));
    }

    @Test
    void everyHoleIsFound() {
        Prober prober = prober(TestBoard.NORMAL);
        try (DmaBuf buffer = allocate(prober, TestBoard.NORMAL)) {
            prober.probe(Stage.WRITTEN, buffer);
        }

        ProbeTally tally = prober.tally();
        assertThat(tally.repelled()).isZero();
        assertThat(tally.tried()).isPositive();
        assertThat(tally.breaches())
                .contains("written, API: read gave content", "written, API: map gave NOT_SUPPORTED")
                .anySatisfy(breach -> assertThat(breach).startsWith("written, cpu: READ of "))
                .anySatisfy(breach -> assertThat(breach).startsWith("written, gpu: READ of "))
                .anySatisfy(breach -> assertThat(breach).startsWith("written, gpu: WRITE of "))
                .noneSatisfy(breach -> assertThat(breach).contains("video-decoder"));
    }

    @Test
    void contentThatIsLeftInFreedMemoryIsFound() {
        Prober prober = prober(TestBoard.NORMAL);
        byte[] content = new byte[4096];
        Arrays.fill(content, (byte) 0x5a);
        try (DmaBuf buffer = allocate(prober, TestBoard.NORMAL)) {
            buffer.write(0, MemorySegment.ofArray(content));
        }
        prober.probeFreed();

        assertThat(prober.tally().repelled()).isZero();
        assertThat(prober.tally().breaches()).isNotEmpty()
                .allSatisfy(breach -> assertThat(breach).startsWith("freed, ").contains("content was left at 0x"));
    }

    @Test
    void freedMemoryThatWasScrubbedIsFine() {
        Prober prober = prober(TestBoard.NORMAL);
        allocate(prober, TestBoard.NORMAL).close();
        prober.probeFreed();

        assertThat(prober.tally().repelled()).isPositive().isEqualTo(prober.tally().tried());
    }

    @Test
    void buffersThatWereForgottenAreAttackedWhenFreedOnly() {
        Prober prober = prober(TestBoard.VIDEO);
        DmaBuf buffer = allocate(prober, TestBoard.VIDEO);
        prober.forget(buffer.id());
        prober.onTheBus(Stage.SHOWN, buffer.id());
        assertThat(prober.tally().tried()).isZero();
        buffer.close();
        prober.probeFreed();

        assertThat(prober.tally().tried()).isEqualTo(4);
    }

    private Prober prober(String heap) {
        probers.add(new Prober(bench.soc(), heap(heap), DEVICES, bench.importers()));
        return probers.getLast();
    }

    private DmaBuf allocate(Prober prober, String heap) {
        DmaBuf buffer = heap(heap).allocate(4096);
        prober.learn(buffer, bench.codec().pictureImporter(Protection.CLEAR), Access.WRITE);
        return buffer;
    }

    private Heap heap(String name) {
        return bench.heaps().find(name).orElseThrow();
    }
}
