// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.cloister.descriptor.Descriptor;
import org.cloister.descriptor.Descriptors;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.CpuMapping;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.Test;

/**
 * Arguments by chance: whatever they are, the answer is a result or a {@link HeapException}, the Java virtual machine
 * lives, and nothing is left. Rerun with {@code GUEST_TESTS=FuzzTest itests/guest/run itests/guest/target/guest}.
 */
class FuzzTest {
    private static final long SEED = 20260108;
    private static final int ROUNDS = 1500;
    private static final long[] ODD = {0, 1, -1, 4095, 4096, 4097, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40, 1L << 32,
        Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 20};

    private final Random random = new Random(SEED);
    private final Heap system = Guest.system();
    private final Descriptors descriptors = Guest.service(Descriptors.class);

    private long odd() {
        return random.nextBoolean() ? ODD[random.nextInt(ODD.length)] : random.nextLong() >> random.nextInt(64);
    }

    private Access access() {
        return Access.values()[random.nextInt(Access.values().length)];
    }

    private MemorySegment segment() {
        return MemorySegment.ofArray(new byte[random.nextInt(3) * 3000]);
    }

    @Test
    void theApiTakesAnything() {
        int before = Files.opened().size();
        int refused = 0;
        DmaBuf buffer = system.allocate(8192);
        for (int i = 0; i < ROUNDS; i++) {
            try {
                step(buffer);
            } catch (HeapException e) {
                refused++;
                assertThat(e.remedy()).as("seed %d, round %d", SEED, i).isNotBlank();
            }
            if (random.nextInt(20) == 0) {
                buffer.close();
                buffer = random.nextBoolean() ? buffer : system.allocate(4096);
            }
        }
        buffer.close();
        assertThat(refused).isBetween(ROUNDS / 10, ROUNDS);
        assertThat(Files.opened()).hasSize(before);
    }

    private void step(DmaBuf buffer) {
        switch (random.nextInt(8)) {
            case 0 -> system.allocate(new AllocationRequest(odd() % (1 << 22), 1L << random.nextInt(63),
                    "x".repeat(random.nextInt(40)))).close();
            case 1 -> buffer.write(odd() % 10_000, segment());
            case 2 -> buffer.read(odd() % 10_000, segment());
            case 3 -> {
                try (CpuMapping mapping = buffer.map(access(), Duration.ofNanos(random.nextInt(3)))) {
                    assertThat(mapping.segment().byteSize()).isEqualTo(buffer.size());
                }
            }
            case 4 -> buffer.setName(Character.toString(1 + random.nextInt(0xd000)).repeat(random.nextInt(40)));
            case 5 -> {
                try (Descriptor copy = descriptors.duplicate(buffer)) {
                    copy.await(odd() % 1000);
                    assertThat(copy.size()).isEqualTo(buffer.size());
                }
            }
            case 6 -> {
                try (Descriptor file = descriptors.exportFences(buffer, access());
                        Descriptor copy = descriptors.duplicate(buffer)) {
                    descriptors.importFence(buffer, random.nextBoolean() ? file : copy, access());
                }
            }
            default -> descriptors.connect(Path.of("/tmp/" + "s".repeat(1 + random.nextInt(200))));
        }
    }

    @Test
    void theKernelTakesAnything() {
        int before = Files.opened().size();
        int heap = Raw.open(Guest.SYSTEM, 0);
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < ROUNDS; i++) {
                MemorySegment data = arena.allocate(256, 8);
                // what is large and still a size would be given until the machine is out of memory
                data.set(ValueLayout.JAVA_LONG, 0, random.nextInt(4) == 0 ? -random.nextInt(2) : random.nextInt(1 << 22));
                data.set(ValueLayout.JAVA_INT, 8, random.nextInt(3) == 0 ? (int) odd() : 0);
                data.set(ValueLayout.JAVA_INT, 12, random.nextInt(3) == 0 ? (int) odd() : Raw.READ_WRITE);
                data.set(ValueLayout.JAVA_LONG, 16, random.nextInt(3) == 0 ? odd() : 0);
                int size = 24 + random.nextInt(200);
                int fd = Raw.ioctl(heap, 0xC000_4800 | size << 16, data);
                if (fd == 0) {
                    assertThat(Raw.close(data.get(ValueLayout.JAVA_INT, 8))).as("seed %d, round %d", SEED, i).isZero();
                }
            }
        } finally {
            Raw.close(heap);
        }
        assertThat(Files.opened()).hasSize(before);
    }
}
