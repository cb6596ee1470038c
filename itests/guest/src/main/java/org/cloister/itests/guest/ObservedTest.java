// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the backend relies on, or has to live with: the kernel's answers to raw system calls. */
class ObservedTest {
    private static final int PAGE = 4096;
    private static final int SEEK_SET = 0;
    private static final int SEEK_CUR = 1;
    private static final int SEEK_END = 2;
    private static final int READABLE = 1;
    private static final int WRITABLE = 4;
    private static final int GET_DESCRIPTOR_FLAGS = 1;
    private static final int GET_FLAGS = 3;
    private static final int ACCESS_MODE = 3;
    private static final int READ = 1;
    private static final int WRITE = 2;

    private int heap;
    private int buffer;

    @BeforeEach
    void open() {
        heap = Raw.open(Guest.SYSTEM, 0); // read-only, and it is allowed all the same
        buffer = Raw.alloc(heap, PAGE, 0, Raw.READ_WRITE | Raw.CLOSE_ON_EXEC, 0);
        assertThat(buffer).isNotNegative();
    }

    @AfterEach
    void close() {
        Raw.close(buffer);
        Raw.close(heap);
    }

    @ParameterizedTest
    @CsvSource({"1,4096", "4095,4096", "4096,4096", "4097,8192", "1048577,1052672"})
    void lengthsAreRoundedUpToPages(long length, long size) {
        int fd = Raw.alloc(heap, length, 0, Raw.READ_WRITE, 0);
        assertThat(Raw.lseek(fd, 0, SEEK_END)).isEqualTo(size);
        Raw.close(fd);
    }

    @ParameterizedTest
    @CsvSource({"0,0,2,0", "-1,0,2,0", "4096,0,2,1", "4096,0,2,-9223372036854775808", "4096,1,2,0", "4096,-1,2,0",
        "4096,0,1026,0", "4096,0,2050,0"})
    void argumentsThatAreRefused(long length, int fd, int fdFlags, long heapFlags) {
        assertThat(Raw.alloc(heap, length, fd, fdFlags, heapFlags)).isEqualTo(Raw.EINVAL);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theAccessModeIsTheDescriptors(int mode) {
        int fd = Raw.alloc(heap, PAGE, 0, mode, 0);
        assertThat(Raw.fcntl(fd, GET_FLAGS) & ACCESS_MODE).isEqualTo(mode);
        long address = Raw.map(fd, PAGE, READ | WRITE, 0);
        if (mode == Raw.READ_WRITE) {
            assertThat(Raw.unmap(address, PAGE)).isZero();
        } else {
            assertThat(address).isEqualTo(Raw.EACCES);
        }
        Raw.close(fd);
    }

    @Test
    void descriptorsAreInheritedUnlessToldOtherwise() {
        int inherited = Raw.alloc(heap, PAGE, 0, Raw.READ_WRITE, 0);
        assertThat(Raw.fcntl(inherited, GET_DESCRIPTOR_FLAGS)).isZero();
        assertThat(Raw.fcntl(buffer, GET_DESCRIPTOR_FLAGS)).isOne();
        Raw.close(inherited);
    }

    @Test
    void unknownRequests() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = Raw.allocation(arena, PAGE, 0, Raw.READ_WRITE, 0);
            assertThat(Raw.ioctl(heap, 0xC018_4801, data)).isEqualTo(Raw.EINVAL);
            assertThat(Raw.ioctl(buffer, 0x4008_62FF, data)).isEqualTo(Raw.ENOTTY);
        }
    }

    @Test
    void anArgumentWithoutRoomForTheDescriptorLosesIt() {
        long before = Files.buffers();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocateFrom(JAVA_LONG, PAGE, 0, 0);
            assertThat(Raw.ioctl(heap, 0xC008_4800, data)).isZero();
            assertThat(data.get(JAVA_INT, 8)).isZero();
        }
        assertThat(Files.buffers()).isEqualTo(before + 1);
        int lost = Files.descriptors().entrySet().stream().filter(e -> e.getValue().startsWith("/dmabuf:"))
                .mapToInt(Map.Entry::getKey).max().orElseThrow();
        assertThat(lost).isNotEqualTo(buffer);
        Raw.close(lost);
    }

    @Test
    void aLongerArgumentWithNothingMoreToSayWorks() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = Raw.allocation(arena, PAGE, 0, Raw.READ_WRITE, 0); // 64 bytes
            assertThat(Raw.ioctl(heap, 0xC040_4800, data)).isZero();
            assertThat(Raw.close(data.get(JAVA_INT, 8))).isZero();
        }
    }

    @Test
    void argumentsOutOfReachAreRefused() {
        assertThat(Raw.ioctl(heap, Raw.ALLOC, MemorySegment.NULL)).isEqualTo(Raw.EFAULT);
        assertThat(Raw.ioctl(buffer, Raw.SYNC, MemorySegment.NULL)).isEqualTo(Raw.EFAULT);
    }

    @Test
    void seekingTellsTheSizeAndNothingElse() {
        assertThat(Raw.lseek(buffer, 0, SEEK_END)).isEqualTo(PAGE);
        assertThat(Raw.lseek(buffer, 0, SEEK_SET)).isZero();
        assertThat(Raw.lseek(buffer, 1, SEEK_SET)).isEqualTo(Raw.EINVAL);
        assertThat(Raw.lseek(buffer, -1, SEEK_END)).isEqualTo(Raw.EINVAL);
        assertThat(Raw.lseek(buffer, 0, SEEK_CUR)).isEqualTo(Raw.EINVAL);
    }

    @Test
    void buffersAreNotFiles() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(16);
            assertThat(Raw.read(buffer, bytes)).isEqualTo(Raw.EINVAL);
            assertThat(Raw.write(buffer, bytes)).isEqualTo(Raw.EINVAL);
            assertThat(Raw.pread(buffer, bytes)).isEqualTo(Raw.ESPIPE);
        }
        assertThat(Raw.truncate(buffer, 2 * PAGE)).isEqualTo(Raw.EINVAL);
        assertThat(Raw.allocate(buffer, 2 * PAGE)).isEqualTo(Raw.ENODEV);
    }

    @ParameterizedTest
    @CsvSource({"8192,0", "4096,4096", "8192,4096"})
    void mappingsBeyondTheEndAreRefused(long size, long offset) {
        assertThat(Raw.map(buffer, size, READ | WRITE, offset)).isEqualTo(Raw.EINVAL);
    }

    @ParameterizedTest
    @CsvSource({"0,-22", "1,0", "2,0", "3,0", "4,-22", "5,0", "6,0", "7,0", "8,-22", "16,-22", "-1,-22"})
    void syncWantsADirection(long flags, int answer) {
        assertThat(Raw.sync(buffer, flags)).isEqualTo(answer);
    }

    @Test
    void fencesTravelAsSyncFiles() {
        assertThat(Raw.exportFences(buffer, 0)).isEqualTo(Raw.EINVAL);
        assertThat(Raw.exportFences(buffer, 4)).isEqualTo(Raw.EINVAL);
        for (int flags = 1; flags <= 3; flags++) {
            int file = Raw.exportFences(buffer, flags);
            assertThat(file).isNotNegative();
            assertThat(Raw.poll(file, READABLE)).as("signalled").isEqualTo(READABLE);
            assertThat(Raw.importFence(buffer, flags, file)).isZero();
            assertThat(Raw.importFence(buffer, 0, file)).isEqualTo(Raw.EINVAL);
            Raw.close(file);
        }
        assertThat(Raw.importFence(buffer, 1, buffer)).as("no sync file").isEqualTo(Raw.EINVAL);
        assertThat(Raw.importFence(buffer, 1, -1)).isEqualTo(Raw.EINVAL);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,0", "31,0", "32,-22", "100,-22"})
    void namesHave31Bytes(int length, int answer) {
        assertThat(Raw.name(buffer, "n".repeat(length))).isEqualTo(answer);
    }

    @Test
    void idleBuffersAreReadableAndWritable() {
        assertThat(Raw.poll(buffer, READABLE | WRITABLE)).isEqualTo(READABLE | WRITABLE);
    }

    @Test
    void theKernelTellsOfBuffers() throws IOException {
        assertThat(Files.info(buffer, "size")).isEqualTo("4096");
        assertThat(Files.info(buffer, "count")).isEqualTo("1");
        assertThat(Files.info(buffer, "exp_name")).isEqualTo("system");
        Raw.name(buffer, "frame");
        assertThat(Files.info(buffer, "name")).isEqualTo("frame");
        assertThat(java.nio.file.Files.readSymbolicLink(Path.of("/proc/self/fd/" + buffer)))
                .hasToString("/dmabuf:frame");
    }

    @Test
    void onlyPartOfABufferMayBeMapped() {
        int fd = Raw.alloc(heap, 2 * PAGE, 0, Raw.READ_WRITE, 0);
        long address = Raw.map(fd, PAGE, READ | WRITE, PAGE);
        assertThat(address).isPositive();
        assertThat(Raw.unmap(address, PAGE)).isZero();
        Raw.close(fd);
    }

    @Test
    void heapsSeen() throws IOException {
        try (var nodes = java.nio.file.Files.list(Path.of(Guest.HEAPS))) {
            assertThat(nodes.map(node -> node.getFileName().toString())).contains("system");
        }
    }
}
