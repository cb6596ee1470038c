// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.cloister.platform.conduit.PspCommand;
import org.cloister.platform.conduit.PspMailbox;
import org.cloister.platform.conduit.PspRegister;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each field is where Linux 7.2's AMD-TEE driver has it. */
class PspLayoutTest {
    private static final Map<String, MemoryLayout> LAYOUTS = Map.of(
            "ring", PspRingEntry.LAYOUT, "init", PspInitRing.LAYOUT, "load", PspLoadTa.LAYOUT,
            "unload", PspUnloadTa.LAYOUT, "open", PspOpenSession.LAYOUT, "close", PspCloseSession.LAYOUT,
            "invoke", PspInvoke.LAYOUT, "map", PspMapMemory.LAYOUT, "unmap", PspUnmapMemory.LAYOUT,
            "op", PspOperation.LAYOUT);

    @ParameterizedTest
    @CsvSource({
        "ring, cmd_id, 0, 4", "ring, cmd_state, 4, 4", "ring, status, 8, 4", "ring, reserved0, 12, 4",
        "ring, pdata, 16, 8", "ring, reserved1, 24, 4", "ring, reserved2, 28, 4", "ring, buf, 32, 988",
        "ring, flag, 1020, 4", "init, low_addr, 0, 4", "init, hi_addr, 4, 4", "init, size, 8, 4",
        "load, low_addr, 0, 4", "load, hi_addr, 4, 4", "load, size, 8, 4", "load, ta_handle, 12, 4",
        "load, return_origin, 16, 4", "unload, ta_handle, 0, 4", "open, ta_handle, 0, 4", "open, session_info, 4, 4",
        "open, op, 8, 52", "open, return_origin, 60, 4", "close, ta_handle, 0, 4", "close, session_info, 4, 4",
        "invoke, ta_handle, 0, 4", "invoke, cmd_id, 4, 4", "invoke, session_info, 8, 4", "invoke, op, 12, 52",
        "invoke, return_origin, 64, 4", "map, buf_id, 0, 4", "map, count, 4, 4", "map, size, 8, 4",
        "map, descriptors, 12, 768", "unmap, buf_id, 0, 4", "op, types, 0, 4", "op, param0, 4, 12", "op, param1, 16, 12",
        "op, param2, 28, 12", "op, param3, 40, 12"
    })
    void fieldLiesWhereLinuxHasIt(String structure, String field, long offset, long size) {
        MemoryLayout layout = LAYOUTS.get(structure);
        assertThat(layout.byteOffset(PathElement.groupElement(field))).isEqualTo(offset);
        assertThat(layout.select(PathElement.groupElement(field)).byteSize()).isEqualTo(size);
    }

    @ParameterizedTest
    @CsvSource({"LOAD_TA, 1, 20", "UNLOAD_TA, 2, 4", "OPEN_SESSION, 3, 64", "CLOSE_SESSION, 4, 8", "INVOKE, 5, 68",
        "MAP_SHARED_MEMORY, 6, 780", "UNMAP_SHARED_MEMORY, 7, 4"})
    void commandsHaveTheirNumbersAndLengths(PspCommand command, int id, int payload) {
        assertThat(command.id()).isEqualTo(id);
        assertThat(command.payload()).isEqualTo(payload);
        assertThat(PspCommand.of(id)).isEqualTo(command);
        assertThat(PspCommand.exists(0) || PspCommand.exists(8)).isFalse();
    }

    @Test
    void structuresHaveTheirLengths() {
        assertThat(PspRingEntry.LAYOUT.byteSize()).isEqualTo(1024).isEqualTo(PspRingEntry.SIZE);
        assertThat(PspInitRing.LAYOUT.byteSize()).isEqualTo(12);
        assertThat(PspOperation.LAYOUT.byteSize()).isEqualTo(52);
        assertThat(PspMapMemory.LAYOUT.byteSize()).isEqualTo(780);
    }

    @Test
    void registersLieByGeneration() {
        assertThat(PspRegister.RING_WRITE.offset(1)).isEqualTo(0x10550);
        assertThat(PspRegister.RING_READ.offset(1)).isEqualTo(0x10554);
        assertThat(PspRegister.RING_WRITE.offset(2)).isEqualTo(0x10950);
        assertThat(PspRegister.RING_READ.offset(2)).isEqualTo(0x10954);
    }

    @Test
    void theMailboxWordHasItsBits() {
        int word = PspMailbox.response(PspMailbox.DESTROY_RING, PspMailbox.STATUS_RING_BUSY);
        assertThat(word).isEqualTo(0x8002000d);
        assertThat(PspMailbox.command(word)).isEqualTo(2);
        assertThat(PspMailbox.status(word)).isEqualTo(0xd);
        assertThat(PspMailbox.RECOVERY).isEqualTo(0x40000000);
    }

    @Test
    void addressesAndParametersAreSplitInWords() {
        MemorySegment bytes = MemorySegment.ofArray(new byte[1024]);
        PspMapMemory.piece(bytes, 32, 63, 0x1234_5678_9abc_d000L, 0x1000);
        assertThat(PspMapMemory.address(bytes, 32, 63)).isEqualTo(0x1234_5678_9abc_d000L);
        assertThat(bytes.get(Fields.U32, 32 + 12 + 63 * 12)).isEqualTo(0x9abcd000);
        PspOperation.type(bytes, 0, 3, 7);
        PspOperation.word(bytes, 0, 3, 2, 42);
        assertThat(PspOperation.types(bytes, 0)).isEqualTo(0x7000);
        assertThat(bytes.get(Fields.U32, 48)).isEqualTo(42);
    }
}
