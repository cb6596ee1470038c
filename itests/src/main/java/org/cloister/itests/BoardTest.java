// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Enforcement;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.platform.BusFault;
import org.cloister.platform.PhysicalMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.FrameworkUtil;

/** A carve-out on an emulated board, from boot firmware to bus faults. */
class BoardTest {
    private static final String HEAP = "protected,secure-video";
    private static final byte[] SECRET = "the clear frame".getBytes(StandardCharsets.US_ASCII);

    private final Heaps heaps = Framework.service(FrameworkUtil.getBundle(getClass()), Heaps.class);
    private final Importers importers = Framework.service(FrameworkUtil.getBundle(getClass()), Importers.class);
    private Soc soc;
    private Heap heap;

    @BeforeEach
    void switchOn() throws Exception {
        soc = Boards.on("jacinto");
        heap = heaps.await(HEAP, Framework.PATIENCE);
    }

    @AfterEach
    void switchOff() throws Exception {
        Boards.off();
    }

    private record Device(String initiator, Constraints constraints) implements Importer {
        @Override
        public String name() {
            return "test " + initiator;
        }

        @Override
        public void invalidated(Attachment attachment, Invalidation reason) {}
    }

    private static Device device(String initiator, Access access) {
        return new Device(initiator, Constraints.builder().access(access)
                .restriction(Constraints.Restriction.REQUIRED).useCases(Set.of(UseCase.SECURE_VIDEO)).build());
    }

    private long address(DmaBuf buffer) {
        try (Attachment attachment = importers.attach(buffer, device("video-decoder", Access.READ_WRITE), Access.READ);
                Mapping mapping = attachment.map(Access.READ, Duration.ZERO)) {
            SegmentCursor segments = mapping.cursor();
            assertThat(segments.next()).isTrue();
            assertThat(segments.length()).isEqualTo(buffer.size());
            return segments.address();
        }
    }

    private static byte[] read(PhysicalMemory memory, long address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment into = arena.allocate(SECRET.length);
            memory.read(address, into);
            return into.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    @Test
    void theHeapSaysWhatItIs() {
        assertThat(heap.backend()).isEqualTo("carveout");
        assertThat(heap.useCase()).isEqualTo(UseCase.SECURE_VIDEO);
        assertThat(heap.attributes().enforcement()).isEqualTo(Enforcement.FIREWALL);
        assertThat(heap.attributes().cpuAccess()).isEqualTo(Access.WRITE);
        assertThat(heap.attributes().contiguous()).isTrue();
        assertThat(heap.attributes().grantOf("video-decoder")).isEqualTo(Access.READ_WRITE);
        assertThat(heap.attributes().grantOf("display")).isEqualTo(Access.READ);
        assertThat(heap.attributes().grantOf("cpu")).isEqualTo(Access.WRITE);
        assertThat(heap.usage().free()).isEqualTo(heap.usage().capacity());
    }

    @Test
    void theCpuWritesWhatOnlyTheDecoderAndTheDisplayRead() {
        try (DmaBuf buffer = heap.allocate(4096)) {
            buffer.write(0, MemorySegment.ofArray(SECRET));
            long address = address(buffer);
            assertThat(read(soc.memory("video-decoder"), address)).isEqualTo(SECRET);
            assertThat(read(soc.memory("display"), address)).isEqualTo(SECRET);
            PhysicalMemory cpu = Framework.service(PhysicalMemory.class, "(initiator=cpu)");
            assertThatThrownBy(() -> read(cpu, address)).isInstanceOfSatisfying(BusFault.class, fault -> {
                assertThat(fault.initiator().name()).isEqualTo("cpu");
                assertThat(fault.address()).isEqualTo(address);
            });
            assertThatThrownBy(() -> soc.memory("display").writeByte(address, (byte) 0)).isInstanceOf(BusFault.class);
        }
    }

    @Test
    void nobodyElseReachesTheMemoryBeforeDuringOrAfter() {
        long address;
        try (DmaBuf buffer = heap.allocate(4096)) {
            address = address(buffer);
            buffer.write(0, MemorySegment.ofArray(SECRET));
            assertNobodyElse(address);
        }
        assertNobodyElse(address);
    }

    private void assertNobodyElse(long address) {
        Set<String> granted = heap.attributes().grants().orElseThrow().keySet();
        assertThat(soc.initiators()).filteredOn(i -> !i.secure() && !granted.contains(i.name())).isNotEmpty()
                .allSatisfy(initiator -> {
                    PhysicalMemory memory = soc.memory(initiator.name());
                    assertThatThrownBy(() -> memory.readByte(address)).isInstanceOf(BusFault.class);
                    assertThatThrownBy(() -> memory.writeByte(address, (byte) 1)).isInstanceOf(BusFault.class);
                });
        assertThatThrownBy(() -> soc.memory("cpu").readLong(address)).isInstanceOf(BusFault.class);
    }

    @Test
    void cpuReadsAndMappingsAreRefusedByTheApi() {
        try (DmaBuf buffer = heap.allocate(4096)) {
            assertThatThrownBy(() -> buffer.read(0, MemorySegment.ofArray(new byte[1])))
                    .isInstanceOfSatisfying(HeapException.class,
                            e -> assertThat(e.error()).isEqualTo(HeapError.CPU_ACCESS_DENIED));
            assertThatThrownBy(() -> buffer.map(Access.WRITE, Duration.ZERO))
                    .isInstanceOfSatisfying(HeapException.class,
                            e -> assertThat(e.error()).isEqualTo(HeapError.CPU_ACCESS_DENIED));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "eth-dma"})
    void anInitiatorWithoutRightsCannotAttach(String initiator) {
        try (DmaBuf buffer = heap.allocate(4096)) {
            assertThatThrownBy(() -> importers.attach(buffer, device(initiator, Access.READ), Access.READ))
                    .isInstanceOfSatisfying(HeapException.class, e -> {
                        assertThat(e.error()).isEqualTo(HeapError.UNREACHABLE);
                        assertThat(e).hasMessageContaining(initiator).hasMessageContaining("rights");
                    });
        }
    }

    @Test
    void buffersFromTheBoardThatIsSwitchedOffDoNotBreakTheNextOne() throws Exception {
        DmaBuf left = heap.allocate(4096);
        Boards.off();
        Framework.eventually("the heap is not served", () -> heap.state() != HeapState.AVAILABLE);
        assertThat(heaps.explain(HEAP).reasons()).extracting(Explanation.Reason::kind)
                .contains(Explanation.Kind.DRAINING);
        assertThatThrownBy(() -> heap.allocate(1)).isInstanceOfSatisfying(HeapException.class,
                e -> assertThat(e.error()).isEqualTo(HeapError.DRAINING));
        left.close();
        Framework.eventually("the heap is unavailable", () -> heap.state() == HeapState.UNAVAILABLE);
        switchOn();
        assertThat(heaps.find(HEAP)).containsSame(heap);
        heap.allocate(4096).close();
    }
}
