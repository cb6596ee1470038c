// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.cloister.heap.Access;
import org.cloister.heap.CpuMapping;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.junit.jupiter.api.Test;

/** CPU access to buffers of the kernel's. */
class MappingTest {
    private final Heap system = Guest.system();

    private static long mappings() {
        return Files.text("/proc/self/maps").lines().filter(line -> line.contains("/dmabuf:")).count();
    }

    @Test
    void whatOneMappingWritesAnotherReads() {
        try (DmaBuf buffer = system.allocate(8192)) {
            try (CpuMapping mapping = buffer.map(Access.WRITE, Duration.ZERO)) {
                mapping.segment().set(JAVA_BYTE, 8191, (byte) 7);
                assertThat(mappings()).isOne();
            }
            assertThat(mappings()).isZero();
            try (CpuMapping mapping = buffer.map(Access.READ, Duration.ZERO)) {
                assertThat(mapping.segment().get(JAVA_BYTE, 8191)).isEqualTo((byte) 7);
                assertThat(mapping.segment().isReadOnly()).isTrue();
                assertThatThrownBy(() -> mapping.segment().set(JAVA_BYTE, 0, (byte) 1))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> mapping.segment().get(JAVA_BYTE, 8192))
                        .isInstanceOf(IndexOutOfBoundsException.class);
            }
        }
    }

    @Test
    void aMappingEndsWithItsBuffer() {
        DmaBuf buffer = system.allocate(4096);
        MemorySegment segment = buffer.map(Access.READ_WRITE, Duration.ZERO).segment();
        segment.fill((byte) 1);
        buffer.close();
        assertThatThrownBy(() -> segment.get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(mappings()).isZero();
        Guest.refused(HeapError.CLOSED, () -> buffer.map(Access.READ, Duration.ZERO));
        Guest.refused(HeapError.CLOSED, buffer::fd);
    }

    @Test
    void readAndWriteCopy() {
        try (DmaBuf buffer = system.allocate(4096)) {
            buffer.write(4093, MemorySegment.ofArray(new byte[] {1, 2, 3}));
            var into = new byte[4];
            buffer.read(4092, MemorySegment.ofArray(into));
            assertThat(into).containsExactly(0, 1, 2, 3);
            Guest.refused(HeapError.OUT_OF_BOUNDS, () -> buffer.read(4093, MemorySegment.ofArray(into)));
            Guest.refused(HeapError.OUT_OF_BOUNDS, () -> buffer.write(-1, MemorySegment.ofArray(into)));
        }
        assertThat(mappings()).isZero();
    }

    @Test
    void fencesAreWaitedFor() {
        try (DmaBuf buffer = system.allocate(4096)) {
            var fence = new Fence("a writer");
            buffer.reservation().add(fence, Fence.Usage.WRITE);
            Guest.refused(HeapError.TIMED_OUT, () -> buffer.map(Access.READ, Duration.ZERO));
            fence.signal();
            buffer.map(Access.READ, Duration.ZERO).close();
        }
    }

    @Test
    void nothingIsMappedForNothing() {
        try (DmaBuf buffer = system.allocate(4096)) {
            Guest.refused(HeapError.INVALID_ARGUMENT, () -> buffer.map(Access.NONE, Duration.ZERO));
        }
    }
}
