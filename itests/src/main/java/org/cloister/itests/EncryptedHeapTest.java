// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Enforcement;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.platform.PhysicalMemory;
import org.cloister.tee.Tee;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;

/** A heap of encrypted memory on a machine that has no TEE at all. */
class EncryptedHeapTest {
    private static final String HEAP = "encrypted,secure-video";
    private static final byte[] SECRET = "the clear frame, all 32 bytes ..".getBytes(StandardCharsets.US_ASCII);

    private final Heaps heaps = Framework.service(FrameworkUtil.getBundle(getClass()), Heaps.class);
    private final Importers importers = Framework.service(FrameworkUtil.getBundle(getClass()), Importers.class);
    private Soc soc;
    private Heap heap;

    @BeforeEach
    void switchOn() throws Exception {
        soc = Boards.on("amd-laptop-no-tee");
        heap = heaps.await(HEAP, Framework.PATIENCE);
    }

    @AfterEach
    void switchOff() throws Exception {
        Boards.off();
    }

    private record Device(String initiator, boolean encrypted) implements Importer {
        @Override
        public String name() {
            return "test " + initiator;
        }

        @Override
        public Constraints constraints() {
            return Constraints.builder().access(Access.READ).restriction(Constraints.Restriction.REQUIRED)
                    .encryptionAccepted(encrypted).useCases(Set.of(UseCase.SECURE_VIDEO)).build();
        }

        @Override
        public void invalidated(Attachment attachment, Invalidation reason) {}
    }

    private long address(DmaBuf buffer) {
        try (Attachment attachment = importers.attach(buffer, new Device("video-decoder", true), Access.READ);
                Mapping mapping = attachment.map(Access.READ, Duration.ZERO)) {
            SegmentCursor segments = mapping.cursor();
            assertThat(segments.next()).isTrue();
            return segments.address();
        }
    }

    private static byte[] read(PhysicalMemory memory, long address) {
        byte[] bytes = new byte[SECRET.length];
        memory.read(address, MemorySegment.ofArray(bytes));
        return bytes;
    }

    @Test
    void buffersSayThatTheyAreEncrypted() {
        assertThat(heap.backend()).isEqualTo("tmz");
        assertThat(heap.attributes().enforcement()).isEqualTo(Enforcement.ENCRYPTION);
        try (DmaBuf buffer = heap.allocate(1)) {
            assertThat(buffer.record().enforcement()).isEqualTo(Enforcement.ENCRYPTION);
            assertThat(buffer.record().restricted()).isTrue();
        }
    }

    @Test
    void secureEnginesReadWhatTheCpuWroteAndNobodyElse() {
        assertThat(Framework.context().getServiceReference(Tee.class)).isNull();
        try (DmaBuf buffer = heap.allocate(4096)) {
            buffer.write(0, MemorySegment.ofArray(SECRET));
            long address = address(buffer);
            assertThat(read(soc.memory("video-decoder"), address)).isEqualTo(SECRET);
            assertThat(read(soc.memory("display"), address)).isEqualTo(SECRET);
            assertThat(read(Framework.service(PhysicalMemory.class, "(initiator=cpu)"), address)).isNotEqualTo(SECRET);
            assertThat(read(soc.memory("eth-dma"), address)).isNotEqualTo(SECRET);
            assertThat(soc.faults().count()).isZero();
        }
    }

    @Test
    void importersThatCannotDecryptAreRefused() {
        try (DmaBuf buffer = heap.allocate(4096)) {
            assertRefused(buffer, new Device("eth-dma", true), "eth-dma");
            assertRefused(buffer, new Device("video-decoder", false), "encryption");
        }
    }

    private void assertRefused(DmaBuf buffer, Device device, String word) {
        assertThatThrownBy(() -> importers.attach(buffer, device, Access.READ))
                .isInstanceOfSatisfying(HeapException.class, e -> {
                    assertThat(e.error()).isIn(HeapError.UNREACHABLE, HeapError.NOT_PERMITTED);
                    assertThat(e).hasMessageContaining(word);
                });
    }

    @Test
    void readingThroughTheApiIsRefused() {
        try (DmaBuf buffer = heap.allocate(4096)) {
            assertThatThrownBy(() -> buffer.read(0, MemorySegment.ofArray(new byte[1])))
                    .isInstanceOfSatisfying(HeapException.class,
                            e -> assertThat(e.error()).isEqualTo(HeapError.CPU_ACCESS_DENIED));
        }
    }
}
