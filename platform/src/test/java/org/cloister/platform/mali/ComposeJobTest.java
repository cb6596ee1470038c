// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.mali;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene.Area;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComposeJobTest {
    private static final ComposeJob.Layer LAYER = new ComposeJob.Layer(0x10_0000_0000L,
            new PictureFormat(PixelFormat.NV12, 64, 36, new ColourCoding(ColourCoding.Matrix.BT2020, true)),
            new Area(1, 2, 30, 15), 200);
    private static final ComposeJob JOB = new ComposeJob(0x80_0000_0000L, 32, 18, 0x123456, List.of(LAYER, LAYER));

    @Test
    void isReadAsItWasWritten() {
        assertThat(ComposeJob.decode(MemorySegment.ofArray(JOB.encode()))).isEqualTo(JOB);
        byte[] longer = Arrays.copyOf(JOB.encode(), ComposeJob.MAX_BYTES);
        assertThat(ComposeJob.decode(MemorySegment.ofArray(longer))).isEqualTo(JOB);
    }

    @ParameterizedTest(name = "byte {0}")
    @CsvSource({"0, 2", "4, 9", "7, -1", "16, 0", "19, 1", "28, 1", "40, 9", "44, 3", "52, 0", "56, -1", "73, 1", "76, 1"})
    void damagedJobsAreNone(int at, int value) {
        byte[] bytes = JOB.encode();
        bytes[at] = (byte) value;
        if (at == 52 || at == 16) {
            bytes[at + 1] = 0;
        }
        assertThatThrownBy(() -> ComposeJob.decode(MemorySegment.ofArray(bytes)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void layersThatLeaveThePictureOrAreTooMany() {
        assertThatThrownBy(() -> new ComposeJob(0, 30, 18, 0, List.of(LAYER)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("leaves a picture");
        assertThatThrownBy(() -> new ComposeJob(0, 32, 18, 0, Collections.nCopies(9, LAYER)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("9 layers");
    }

    @Test
    void translationTablesHaveNineBitsALevel() {
        long address = 0x0123_4567_89abL & ~0xfffL;
        assertThat(TranslationTable.index(0, address)).isEqualTo((int) (address >>> 39) & 511);
        assertThat(TranslationTable.index(3, address)).isEqualTo((int) (address >>> 12) & 511);
        long page = TranslationTable.page(0xff_ffff_f000L, false, true);
        assertThat(TranslationTable.target(page)).isEqualTo(0xff_ffff_f000L);
        assertThat(TranslationTable.isValid(page)).isTrue();
        assertThat(TranslationTable.isWritable(page)).isFalse();
        assertThat(TranslationTable.isWritable(TranslationTable.page(0, true, false))).isTrue();
        assertThat(TranslationTable.isValid(0)).isFalse();
    }

    @Test
    void instructions() {
        long move = CommandStream.move(4, 0x1234_5678_9abcL);
        assertThat(CommandStream.opcode(move)).isEqualTo(CommandStream.MOVE);
        assertThat(CommandStream.destination(move)).isEqualTo(4);
        assertThat(CommandStream.value(move)).isEqualTo(0x1234_5678_9abcL);
        long sync = CommandStream.syncSet(2, 4);
        assertThat(CommandStream.opcode(sync)).isEqualTo(CommandStream.SYNC_SET64);
        assertThat(CommandStream.address(sync)).isEqualTo(2);
        assertThat(CommandStream.data(sync)).isEqualTo(4);
        assertThat(CommandStream.regionLength(CommandStream.protectedRegion(3))).isEqualTo(24);
    }
}
