// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.TeeMemory;
import org.cloister.backend.linux.kernel.internal.Scratch;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxPoolTest {
    private final FakeKernel kernel = new FakeKernel();
    private final LinuxPool pool = pool("system");
    private boolean destroyed;

    private LinuxPool pool(String name) {
        return new LinuxPool(name, HeapTraits.of(name, 4096, List.of()), kernel, new Scratch(),
                new SizeLimit(1L << 40, () -> OptionalLong.of(1L << 30)), kernel.open("/dev/dma_heap/" + name, false));
    }

    @AfterEach
    void nothingIsLeftOpen() {
        if (!destroyed) {
            pool.destroy();
        }
        assertThat(kernel.open).isEmpty();
    }

    private static HeapException refused(HeapError error, ThrowingCallable call) {
        var thrown = new HeapException[1];
        assertThatThrownBy(call).isInstanceOfSatisfying(HeapException.class, e -> {
            thrown[0] = e;
            assertThat(e.error()).isEqualTo(error);
            assertThat(e.remedy()).isNotBlank();
        });
        return thrown[0];
    }

    @ParameterizedTest
    @CsvSource({"12,NO_MEMORY", "22,INVALID_ARGUMENT", "24,TOO_MANY_FILES", "23,TOO_MANY_FILES", "13,NOT_PERMITTED",
        "1,NOT_PERMITTED", "19,UNAVAILABLE", "6,UNAVAILABLE", "25,NOT_SUPPORTED", "14,FAULT", "16,BUSY", "5,BACKEND_FAILED",
        "9,CLOSED", "77,BACKEND_FAILED"})
    void everyErrnoOfAnAllocationIsSaid(int errno, HeapError error) {
        kernel.refusals.put("DMA_HEAP_IOCTL_ALLOC", -errno);
        HeapException refusal = refused(error, () -> pool.allocate(4096, 4096));
        assertThat(refusal.which()).isEqualTo("heap system");
        assertThat(refusal.what()).isEqualTo("allocate 4096 bytes");
        assertThat(refusal.why()).matches(".* \\((E[A-Z]+|errno 77)\\)");
    }

    @Test
    void aTrustedOsThatLeftIsNotTheCallersFault() {
        LinuxPool restricted = pool("protected,secure-video");
        kernel.refusals.put("DMA_HEAP_IOCTL_ALLOC", -22);
        refused(HeapError.UNAVAILABLE, () -> restricted.allocate(4096, 4096));
        restricted.destroy();
    }

    @Test
    void noAlignmentIsPromisedBeyondPages() {
        refused(HeapError.INVALID_ARGUMENT, () -> pool.allocate(4096, 8192));
        assertThat(kernel.log).doesNotContain("DMA_HEAP_IOCTL_ALLOC");
    }

    @Test
    void moreThanThereIsIsNotEvenAskedFor() {
        assertThat(refused(HeapError.NO_MEMORY, () -> pool.allocate(2L << 30, 4096)).why()).contains("1073741824");
        refused(HeapError.INVALID_ARGUMENT, () -> pool.allocate(2L << 40, 4096));
        assertThat(kernel.log).doesNotContain("DMA_HEAP_IOCTL_ALLOC");
    }

    @Test
    void otherMemoryIsLimitedByItsHeap() {
        LinuxPool area = pool("default_cma_region");
        area.free(area.allocate(2L << 30, 4096));
        area.destroy();
    }

    @Test
    void aBufferIsADescriptorUntilItIsFreed() {
        PoolBuffer buffer = pool.allocate(8192, 4096);
        assertThat(buffer.size()).isEqualTo(8192);
        assertThat(buffer.segments()).isZero();
        assertThatThrownBy(() -> buffer.address(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(kernel.open).contains(buffer.fd().orElseThrow());
        assertThat(pool.teeMemory(buffer)).isEqualTo(new TeeMemory.Descriptor(buffer.fd().orElseThrow()));
        refused(HeapError.BUSY, pool::destroy);
        pool.free(buffer);
        assertThat(kernel.open).doesNotContain(buffer.fd().orElseThrow());
    }

    @Test
    void aBufferIsFreedOnceAndToItsPool() {
        LinuxPool other = pool("system");
        PoolBuffer buffer = pool.allocate(4096, 4096);
        refused(HeapError.INVALID_ARGUMENT, () -> other.free(buffer));
        pool.free(buffer);
        refused(HeapError.INVALID_ARGUMENT, () -> pool.free(buffer));
        other.destroy();
    }

    @Test
    void whoClosesForeignDescriptorsDoesNotKeepThePool() {
        PoolBuffer buffer = pool.allocate(4096, 4096);
        kernel.close(buffer.fd().orElseThrow());
        pool.free(buffer);
        pool.destroy();
        destroyed = true;
    }

    @Test
    void restrictedMemoryIsNotEvenTried() {
        LinuxPool restricted = pool("protected,secure-video");
        PoolBuffer buffer = restricted.allocate(4096, 4096);
        refused(HeapError.CPU_ACCESS_DENIED, () -> restricted.map(buffer, Access.READ));
        refused(HeapError.CPU_ACCESS_DENIED, () -> restricted.read(buffer, 0, MemorySegment.ofArray(new byte[1])));
        refused(HeapError.CPU_ACCESS_DENIED, () -> restricted.write(buffer, 0, MemorySegment.ofArray(new byte[1])));
        assertThat(kernel.log).doesNotContain("mmap", "DMA_BUF_IOCTL_SYNC");
        restricted.free(buffer);
        restricted.destroy();
    }

    @ParameterizedTest
    @CsvSource({"22,CPU_ACCESS_DENIED", "1,CPU_ACCESS_DENIED", "13,CPU_ACCESS_DENIED", "12,NO_MEMORY",
        "11,BUSY"})
    void aMappingThatFailsEndsTheAccess(int errno, HeapError error) {
        PoolBuffer buffer = pool.allocate(4096, 4096);
        kernel.refusals.put("mmap", -errno);
        refused(error, () -> pool.map(buffer, Access.READ));
        assertThat(kernel.log).containsSubsequence("DMA_BUF_IOCTL_SYNC", "mmap", "DMA_BUF_IOCTL_SYNC");
        pool.free(buffer);
    }

    @Test
    void aDriverThatPermitsNoAccessIsSaid() {
        PoolBuffer buffer = pool.allocate(4096, 4096);
        kernel.refusals.put("DMA_BUF_IOCTL_SYNC", -1);
        refused(HeapError.CPU_ACCESS_DENIED, () -> pool.map(buffer, Access.READ));
        assertThat(kernel.log).doesNotContain("mmap");
        pool.free(buffer);
    }

    @Test
    void aMappingIsGoneWhenItIsClosed() {
        PoolBuffer buffer = pool.allocate(4096, 4096);
        LinuxMapping mapping = pool.map(buffer, Access.READ_WRITE);
        MemorySegment segment = mapping.segment();
        assertThat(segment.byteSize()).isEqualTo(4096);
        mapping.close();
        mapping.close();
        assertThat(segment.scope().isAlive()).isFalse();
        assertThat(kernel.log).filteredOn("DMA_BUF_IOCTL_SYNC"::equals).hasSize(2);
        pool.free(buffer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "frame", "0123456789012345678901234567890", "ééééééééééééééééééééééééééééééé", "😀😀😀😀😀😀😀😀"})
    void namesAreMadeToFit(String name) {
        PoolBuffer buffer = pool.allocate(4096, 4096);
        pool.name(buffer, name);
        assertThat(kernel.log).contains("DMA_BUF_SET_NAME_B");
        pool.free(buffer);
    }

    @Test
    void aNameThatIsRefusedIsSaid() {
        PoolBuffer buffer = pool.allocate(4096, 4096);
        kernel.refusals.put("DMA_BUF_SET_NAME_B", -25);
        refused(HeapError.NOT_SUPPORTED, () -> pool.name(buffer, "x"));
        pool.free(buffer);
    }
}
