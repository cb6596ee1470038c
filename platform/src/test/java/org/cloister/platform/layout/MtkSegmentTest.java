// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MtkSegmentTest {
    @Test
    void entriesArePackedAndLittleEndian() {
        byte[] bytes = new byte[2 * MtkSegment.SIZE];
        MemorySegment list = MemorySegment.ofArray(bytes);
        MtkSegment.write(list, MtkSegment.at(0), 0x1122_3344_5566_7788L, 0x99aa_bbccL);
        MtkSegment.write(list, MtkSegment.at(1), 0x8000_0000L, 0xf000_0000L);
        assertThat(bytes).containsExactly(0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0xcc, 0xbb, 0xaa, 0x99,
                0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0xf0);
        assertThat(MtkSegment.address(list, MtkSegment.at(1))).isEqualTo(0x8000_0000L);
        assertThat(MtkSegment.length(list, MtkSegment.at(1))).isEqualTo(0xf000_0000L);
    }

    @Test
    void anEntryBeyondTheListIsRefused() {
        MemorySegment list = MemorySegment.ofArray(new byte[MtkSegment.SIZE]);
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> MtkSegment.address(list, MtkSegment.at(1)));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> MtkSegment.write(list, 1, 0, 0));
    }

    @Test
    void commandsAreNumberedAsInTheKernelSeries() {
        assertThat(new int[] {MtkCommand.ZEROED_ALLOCATE, MtkCommand.FREE, MtkCommand.RETRIEVE_SEGMENTS,
            MtkCommand.REGION_COUNT}).containsExactly(0x10000, 0x10001, 0x10002, 0x10003);
        assertThat(new int[] {MtkCommand.LEGACY_ALLOCATE, MtkCommand.LEGACY_REFERENCE, MtkCommand.LEGACY_UNREFERENCE,
            MtkCommand.LEGACY_CHUNK_ALLOCATE, MtkCommand.LEGACY_CHUNK_REFERENCE, MtkCommand.LEGACY_CHUNK_UNREFERENCE,
            MtkCommand.LEGACY_ZEROED_ALLOCATE, MtkCommand.LEGACY_CHUNK_ZEROED_ALLOCATE})
                .containsExactly(2, 3, 4, 5, 6, 7, 14, 15);
        assertThat(new int[] {MtkCommand.CM_TZ, MtkCommand.CM_CMA}).containsExactly(1, 2);
        assertThat(MtkCommand.APPLICATION)
                .isEqualTo(UUID.fromString("4477588a-8476-11e2-ad15-e41f1390d676"));
    }
}
