// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.cloister.heap.Access;
import org.cloister.heap.CpuMapping;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cases of the kernel's own test of dma-heaps, through the API where that can say it. */
class SelftestTest {
    private static final long ONE_MEGABYTE = 1 << 20;
    private static final int BUFFERS = 32;
    private static final int ALLOC_OLDER = 0xC010_4800;
    private static final int ALLOC_NEWER = 0xC030_4800;
    private static final int PRIME_FD_TO_HANDLE = 0xC00C_642E;

    private final Heap heap = Guest.system();
    private int node;

    @BeforeEach
    void open() {
        node = Raw.open(Guest.SYSTEM, 0);
        assertThat(node).isNotNegative();
    }

    @AfterEach
    void close() {
        Raw.close(node);
    }

    @Test
    void allocatesAndMaps() {
        try (DmaBuf buffer = heap.allocate(ONE_MEGABYTE)) {
            fill(buffer, (byte) 0x5a);
            fill(buffer, (byte) 0xa5);
            assertThat(first(buffer)).isEqualTo((byte) 0xa5);
        }
    }

    @Test
    void aDriverOfTheKernelImportsIt() {
        int card = Raw.open("/dev/dri/card0", Raw.READ_WRITE);
        assertThat(card).as("vgem").isNotNegative();
        try (DmaBuf buffer = heap.allocate(ONE_MEGABYTE); Arena arena = Arena.ofConfined()) {
            MemorySegment prime = arena.allocateFrom(JAVA_INT, 0, 0, buffer.fd().orElseThrow());
            assertThat(Raw.ioctl(card, PRIME_FD_TO_HANDLE, prime)).isZero();
            assertThat(prime.get(JAVA_INT, 0)).as("handle").isPositive();
            fill(buffer, (byte) 1);
        } finally {
            Raw.close(card);
        }
    }

    private static void fill(DmaBuf buffer, byte pattern) {
        try (CpuMapping mapping = buffer.map(Access.READ_WRITE, Duration.ZERO)) {
            assertThat(mapping.segment().byteSize()).isEqualTo(buffer.size());
            mapping.segment().fill(pattern);
        }
    }

    private static byte first(DmaBuf buffer) {
        try (CpuMapping mapping = buffer.map(Access.READ, Duration.ZERO)) {
            return mapping.segment().get(JAVA_BYTE, 0);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4096, ONE_MEGABYTE})
    void nobodySeesWhatOthersLeft(long size) {
        allocated(size).forEach(buffer -> {
            fill(buffer, (byte) 0xff);
            buffer.close();
        });
        allocated(size).forEach(buffer -> {
            try (buffer; CpuMapping mapping = buffer.map(Access.READ, Duration.ZERO);
                    Arena arena = Arena.ofConfined()) {
                assertThat(mapping.segment().mismatch(arena.allocate(size))).isEqualTo(-1);
            }
        });
    }

    private List<DmaBuf> allocated(long size) {
        var buffers = new ArrayList<DmaBuf>();
        for (int i = 0; i < BUFFERS; i++) {
            buffers.add(heap.allocate(size));
        }
        return buffers;
    }

    @Test
    void anOlderAndShorterArgumentWorks() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment older = Raw.allocation(arena, ONE_MEGABYTE, 0, Raw.READ_WRITE | Raw.CLOSE_ON_EXEC, 0);
            older.set(JAVA_LONG, 16, -1);
            assertThat(Raw.ioctl(node, ALLOC_OLDER, older)).isZero();
            assertThat(Raw.close(older.get(JAVA_INT, 8))).isZero();
        }
    }

    @Test
    void aNewerAndLongerArgumentWorks() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment newer = Raw.allocation(arena, ONE_MEGABYTE, 0, Raw.READ_WRITE | Raw.CLOSE_ON_EXEC, 0);
            newer.asSlice(24, 24).fill((byte) 0xff);
            assertThat(Raw.ioctl(node, ALLOC_NEWER, newer)).isZero();
            assertThat(Raw.close(newer.get(JAVA_INT, 8))).isZero();
        }
    }

    @Test
    void whatIsNoHeapAllocatesNothing() {
        assertThat(Raw.alloc(0, ONE_MEGABYTE, 0, Raw.READ_WRITE, 0)).isNegative();
    }

    @Test
    void heapFlagsAreNotDefined() {
        assertThat(Raw.alloc(node, ONE_MEGABYTE, 0, Raw.READ_WRITE | Raw.CLOSE_ON_EXEC, 0x111111)).isEqualTo(Raw.EINVAL);
    }

    @Test
    void otherDescriptorFlagsAreNotPermitted() {
        assertThat(Raw.alloc(node, ONE_MEGABYTE, 0, ~(Raw.READ_WRITE | Raw.CLOSE_ON_EXEC), 0)).isEqualTo(Raw.EINVAL);
    }
}
