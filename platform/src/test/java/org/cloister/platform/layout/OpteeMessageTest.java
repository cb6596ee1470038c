// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpteeMessageTest {
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment memory = Arena.ofAuto().allocate(8192).fill((byte) 0xFF);

    @Test
    void writesWhatLinuxWritesToAskForAConfiguration() {
        OpteeMessage.write(memory, 0, OpteeMessage.GET_PROTMEM_CONFIG, 0, 0, 0, 2);
        OpteeParameter.value(memory, OpteeMessage.paramAt(0, 0), OpteeParameter.VALUE_INOUT, 1, 0, 0);
        OpteeParameter.shared(memory, OpteeMessage.paramAt(0, 1), OpteeParameter.RMEM_OUTPUT, 0, 0, 0,
                OpteeParameter.NO_HANDLE);
        long[] expected = {0xA, 0, 0, 0x2_0000_0000L, 3, 1, 0, 0, 6, 0, 0, -1};
        for (int i = 0; i < expected.length; i++) {
            assertThat(memory.get(U64, 8L * i)).as("word %d", i).isEqualTo(expected[i]);
        }
    }

    @Test
    void readsTheAnswer() {
        long[] answer = {0xB, 0x55_0000_0007L, 0xFFFF_0010_0000_0000L, 0x2_0000_0003L};
        for (int i = 0; i < answer.length; i++) {
            memory.set(U64, 8L * i, answer[i]);
        }
        assertThat(OpteeMessage.command(memory, 0)).isEqualTo(OpteeMessage.ASSIGN_PROTMEM);
        assertThat(OpteeMessage.session(memory, 0)).isEqualTo(7);
        assertThat(OpteeMessage.cancelId(memory, 0)).isEqualTo(0x55);
        assertThat(OpteeMessage.pad(memory, 0)).isZero();
        assertThat(OpteeMessage.result(memory, 0)).isEqualTo(0xFFFF0010);
        assertThat(OpteeMessage.origin(memory, 0)).isEqualTo(3);
        assertThat(OpteeMessage.paramCount(memory, 0)).isEqualTo(2);
    }

    @Test
    void keeps48BitsOfASharedOffset() {
        OpteeParameter.shared(memory, 3, OpteeParameter.RMEM_INOUT, 0xFFFF_8765_4321_0FEDL, 0xFFF, 5, 6);
        assertThat(OpteeParameter.sharedOffset(memory, 3)).isEqualTo(0x8765_4321_0FEDL);
        assertThat(OpteeParameter.internalOffset(memory, 3)).isEqualTo(0xFFF);
        assertThat(OpteeParameter.size(memory, 3)).isEqualTo(5);
        assertThat(OpteeParameter.reference(memory, 3)).isEqualTo(6);
    }

    @Test
    void setsWhatTheTrustedOsAnswers() {
        OpteeMessage.write(memory, 8, OpteeMessage.OPEN_SESSION, 0, 0, 0, 0);
        OpteeMessage.session(memory, 8, 1);
        OpteeMessage.result(memory, 8, 0xFFFF0006);
        OpteeMessage.origin(memory, 8, 4);
        assertThat(memory.get(U64, 16)).isEqualTo(1);
        assertThat(memory.get(U64, 24)).isEqualTo(0xFFFF_0006_0000_0000L);
        assertThat(memory.get(U64, 32)).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 31, -1", "0, 0, 32, 0", "1, 0, 63, -1", "1, 0, 64, 1", "127, 0, 4096, 127", "127, 0, 4095, -1",
        "128, 0, 8192, -1", "-1, 0, 8192, -1", "2147483647, 0, 8192, -1", "0, 8160, 32, 0", "0, 8161, 32, -1",
        "0, -1, 32, -1", "0, 0, -1, -1"
    })
    void aMessageMustFit(int count, long at, long length, int expected) {
        if (at >= 0 && at <= memory.byteSize() - OpteeMessage.SIZE) {
            OpteeMessage.write(memory, at, 0, 0, 0, 0, count);
        }
        assertThat(OpteeMessage.checkedParamCount(memory, at, length)).isEqualTo(expected);
    }

    @Test
    void aListOfPagesHolds511AndThenContinues() {
        OpteePageList.address(memory, 0, 0, 0x4000_0000L);
        OpteePageList.address(memory, 0, OpteePageList.CAPACITY - 1, 0x4000_1000L);
        OpteePageList.next(memory, 0, 0x4000_2000L);
        assertThat(memory.get(U64, 0)).isEqualTo(0x4000_0000L);
        assertThat(memory.get(U64, 4080)).isEqualTo(0x4000_1000L);
        assertThat(memory.get(U64, 4088)).isEqualTo(0x4000_2000L);
        assertThat(OpteePageList.address(memory, 0, 0)).isEqualTo(0x4000_0000L);
        assertThat(OpteePageList.next(memory, 0)).isEqualTo(0x4000_2000L);
    }

    @Test
    void aPartitionIsDescribedByEachVersion() {
        var uuid = UUID.fromString("486178e0-e7f8-11e3-bc5e-0002a5d5c51b");
        FfaPartition.write(memory, 0, FfaVersion.V1_2, 0x8001, 4, 0x103, uuid);
        assertThat(memory.get(U64, 0)).isEqualTo(0x103_0004_8001L);
        assertThat(Long.reverseBytes(memory.get(U64, 8))).isEqualTo(uuid.getMostSignificantBits());
        assertThat(FfaPartition.uuid(memory, 0)).isEqualTo(uuid);
        FfaPartition.write(memory, 100, FfaVersion.V1_0, 0x8001, 4, 3, uuid);
        assertThat(memory.get(U64, 108)).isEqualTo(-1);
        assertThat(FfaPartition.endpoint(memory, 100)).isEqualTo(0x8001);
        assertThat(FfaPartition.contexts(memory, 100)).isEqualTo(4);
        assertThat(FfaPartition.properties(memory, 100)).isEqualTo(3);
        assertThat(FfaPartition.size(FfaVersion.V1_0)).isEqualTo(8);
        assertThat(FfaPartition.size(FfaVersion.V1_1)).isEqualTo(24);
    }
}
