// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.cloister.descriptor.Descriptor;
import org.cloister.descriptor.Descriptors;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

/** No descriptor is left behind, whatever happens. */
class LeakTest {
    private final Heap system = Guest.system();
    private int before;

    @BeforeEach
    void count() {
        before = Files.opened().size();
    }

    @AfterEach
    void nothingIsLeftOpen() {
        Guest.eventually("no descriptor is left", () -> Files.opened().size() == before);
    }

    @Test
    void threadsThatAreInterrupted() throws Exception {
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Future<Boolean>> done = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                done.add(threads.submit((Callable<Boolean>) () -> {
                    for (int n = 0; n < 200; n++) {
                        Thread.currentThread().interrupt();
                        try (DmaBuf buffer = system.allocate(4096)) {
                            buffer.write(0, MemorySegment.ofArray(new byte[1]));
                        }
                    }
                    return Thread.interrupted();
                }));
            }
            for (Future<Boolean> one : done) {
                assertThat(one.get()).as("the flag is still set").isTrue();
            }
        }
    }

    @Test
    void namesThatAreRefusedTakeTheBufferWithThem() {
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> system.allocate(
                    AllocationRequest.of(1).named("n".repeat(32)))).isNotNull();
        }
    }

    @Test
    void aBundleThatStopsWithLiveBuffers() throws Exception {
        Bundle somebody = Guest.somebody("test.leaks");
        Heap own = Guest.service(somebody.getBundleContext(), Heaps.class).await("system", Duration.ofSeconds(30));
        List<DmaBuf> buffers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            buffers.add(own.allocate(4096));
        }
        MemorySegment mapped = buffers.getFirst().map(Access.READ_WRITE, Duration.ZERO).segment();
        assertThat(Files.buffers()).isEqualTo(50);
        somebody.uninstall();
        Guest.eventually("its buffers are gone", () -> Files.buffers() == 0);
        assertThat(buffers).allSatisfy(buffer -> assertThat(buffer.state()).isEqualTo(BufferState.RELEASED));
        assertThatThrownBy(() -> mapped.get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aBackendThatStopsWithLiveBuffers() throws Exception {
        Bundle backend = Guest.bundle("org.cloister.backend.linux");
        DmaBuf buffer = system.allocate(4096);
        Descriptor copy = Guest.service(Descriptors.class).duplicate(buffer);
        assertThat(copy.size()).isEqualTo(4096);
        backend.stop();
        try {
            assertThat(system.state()).isEqualTo(HeapState.DRAINING);
            assertThat(Files.buffers()).as("the copy went with the service").isOne();
            buffer.write(0, MemorySegment.ofArray(new byte[] {1}));
            assertThat(Files.info(buffer.fd().orElseThrow(), "size")).isEqualTo("4096");
        } finally {
            buffer.close();
            Guest.eventually("nothing is left", () -> Files.buffers() == 0);
            Guest.eventually("the heap is gone", () -> system.state() == HeapState.UNAVAILABLE);
            backend.start();
            Guest.eventually("the heap is back", () -> system.state() == HeapState.AVAILABLE);
        }
        system.allocate(1).close();
    }

    @Test
    void severalThreadsAllocateAndFree() throws Exception {
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> done = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                done.add(threads.submit(() -> {
                    for (int n = 0; n < 250; n++) {
                        try (DmaBuf one = system.allocate(4096); DmaBuf two = system.allocate(8192)) {
                            assertThat(one.fd()).isNotEqualTo(two.fd());
                        }
                    }
                    return 0;
                }));
            }
            for (Future<Integer> one : done) {
                assertThat(one.get()).isZero();
            }
        }
    }
}
