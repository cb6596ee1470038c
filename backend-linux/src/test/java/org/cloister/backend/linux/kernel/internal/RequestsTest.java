// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import org.cloister.heap.Access;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers and offsets as compiling the headers of Linux 7.2 gives them. */
class RequestsTest {
    private static void offset(StructLayout layout, String field, long expected) {
        assertThat(layout.byteOffset(PathElement.groupElement(field))).as("%s of %s", field, layout.name())
                .isEqualTo(expected);
    }

    @Test
    void numbersFollowFromTheLayouts() {
        assertThat(HeapRequests.ALLOCATE.code()).isEqualTo(0xC018_4800);
        assertThat(BufferRequests.SYNC.code()).isEqualTo(0x4008_6200);
        assertThat(BufferRequests.SET_NAME.code()).isEqualTo(0x4008_6201);
        assertThat(BufferRequests.EXPORT_SYNC_FILE.code()).isEqualTo(0xC008_6202);
        assertThat(BufferRequests.IMPORT_SYNC_FILE.code()).isEqualTo(0x4008_6203);
        assertThat(Ioctl.plain("H", 'H', 1).code()).isEqualTo(0x4801);
    }

    @Test
    void theNumberOfAnotherSizeIsAnother() {
        StructLayout older = MemoryLayout.structLayout(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
        assertThat(Ioctl.inOut("older", 'H', 0, older).code()).isEqualTo(0xC010_4800)
                .isNotEqualTo(HeapRequests.ALLOCATE.code());
    }

    @Test
    void allocation() {
        assertThat(HeapRequests.ALLOCATION.byteSize()).isEqualTo(24);
        offset(HeapRequests.ALLOCATION, "len", 0);
        offset(HeapRequests.ALLOCATION, "fd", 8);
        offset(HeapRequests.ALLOCATION, "fd_flags", 12);
        offset(HeapRequests.ALLOCATION, "heap_flags", 16);
    }

    @Test
    void whatIsLeftOfAnEarlierCallIsNotPassed() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(HeapRequests.ALLOCATION).fill((byte) 0xff);
            HeapRequests.write(argument, 0x1234);
            assertThat(argument.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(0x1234);
            assertThat(argument.get(ValueLayout.JAVA_INT, 8)).isZero();
            assertThat(argument.get(ValueLayout.JAVA_INT, 12)).isEqualTo(0x80002);
            assertThat(argument.get(ValueLayout.JAVA_LONG, 16)).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"READ,false,1", "WRITE,false,2", "READ_WRITE,false,3", "READ,true,5", "WRITE,true,6",
        "READ_WRITE,true,7"})
    void syncFlags(Access access, boolean end, long flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(BufferRequests.SYNC_DATA).fill((byte) 0xff);
            BufferRequests.writeSync(argument, access, end);
            assertThat(argument.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(flags);
        }
    }

    @Test
    void syncFile() {
        assertThat(BufferRequests.SYNC_FILE.byteSize()).isEqualTo(8);
        offset(BufferRequests.SYNC_FILE, "flags", 0);
        offset(BufferRequests.SYNC_FILE, "fd", 4);
    }

    @Test
    void socketMessages() {
        assertThat(SocketMessage.MESSAGE.byteSize()).isEqualTo(56);
        offset(SocketMessage.MESSAGE, "iov", 16);
        offset(SocketMessage.MESSAGE, "iovlen", 24);
        offset(SocketMessage.MESSAGE, "control", 32);
        offset(SocketMessage.MESSAGE, "controllen", 40);
        offset(SocketMessage.MESSAGE, "flags", 48);
        assertThat(SocketMessage.CONTROL.byteSize()).isEqualTo(16);
        offset(SocketMessage.CONTROL, "level", 8);
        offset(SocketMessage.CONTROL, "type", 12);
    }

    @Test
    void everyErrnoHasOneNumber() {
        assertThat(Errno.values()).extracting(Errno::number).doesNotHaveDuplicates();
        assertThat(Errno.of(-22)).isEqualTo(Errno.EINVAL);
        assertThat(Errno.of(-9999)).isEqualTo(Errno.OTHER);
        assertThat(Errno.describe(-9999)).contains("errno 9999");
    }
}
