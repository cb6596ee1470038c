// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DescriptorTest {
    @ParameterizedTest
    @CsvSource({"0, 0", "4096, -1", "-1, 2", "-4096, 4097"})
    void refusesRangesThatAreEmptyOrWrapAround(long address, long length) {
        assertThatIllegalArgumentException().isThrownBy(() -> new MemoryRange(address, length));
    }

    @Test
    void aRangeMayEndWithTheLastAddress() {
        assertThat(new MemoryRange(-4096, 4096)).hasToString("0xfffffffffffff000+0x1000");
    }

    @Test
    void aTotalThatOverflowsIsTheGreatest() {
        MemoryRange huge = new MemoryRange(0, Long.MAX_VALUE);

        assertThat(MemoryRange.total(List.of(huge, huge))).isEqualTo(Long.MAX_VALUE);
        assertThat(MemoryRange.total(List.of())).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 1, 1", "65, 1, 1, 1", "32, 3, 1, 1", "32, 0, 1, 1", "32, 16, 0, 1", "32, 16, 1, 0"})
    void refusesLimitsThatNoDeviceHas(int bits, long alignment, int ranges, long length) {
        assertThatIllegalArgumentException().isThrownBy(() -> new DmaLimits(bits, alignment, ranges, length));
    }

    @Test
    void limitsAdmitWhatTheAddressGeneratorCanFollow() {
        DmaLimits limits = new DmaLimits(32, 16, 2, 0x1000);
        MemoryRange last = new MemoryRange(0xffff_f000L, 0x1000);

        assertThat(limits.admit(List.of(last, last))).isTrue();
        assertThat(limits.admit(List.of())).as("no range").isFalse();
        assertThat(limits.admit(List.of(last, last, last))).as("too many ranges").isFalse();
        assertThat(limits.admit(List.of(new MemoryRange(0x8, 0x10)))).as("unaligned").isFalse();
        assertThat(limits.admit(List.of(new MemoryRange(0, 0x1001)))).as("too long").isFalse();
        assertThat(limits.admit(List.of(new MemoryRange(0xffff_f010L, 0x1000)))).as("leaves 32 bits").isFalse();
        assertThat(limits.admit(List.of(new MemoryRange(-16, 16)))).as("top of 64 bits").isFalse();
        assertThat(new DmaLimits(64, 1, 1, 64).admit(List.of(new MemoryRange(-16, 16)))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "320, 180, 1280, 720,   0,   0, 1280, 720",
        "320, 240, 1280, 720, 160,   0,  960, 720",
        "640, 180, 1280, 720,   0, 180, 1280, 360",
        "  1, 999, 1280, 720, 639,   0,    1, 720",
    })
    void aPictureFitsIntoThePanel(int w, int h, int panelWidth, int panelHeight, int x, int y, int aw, int ah) {
        Scene.Area area = Scene.Area.fit(w, h, panelWidth, panelHeight);

        assertThat(area).isEqualTo(new Scene.Area(x, y, aw, ah));
        assertThat(area.isWithin(panelWidth, panelHeight)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"-1, 0, 1, 1", "0, -1, 1, 1", "0, 0, 0, 1", "0, 0, 1, 0"})
    void refusesAreasThatAreNone(int x, int y, int width, int height) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Scene.Area(x, y, width, height));
    }

    @Test
    void anAreaMayLeaveThePanel() {
        assertThat(new Scene.Area(1, 0, 10, 10).isWithin(10, 10)).isFalse();
        assertThat(new Scene.Area(0, Integer.MAX_VALUE, 1, Integer.MAX_VALUE).isWithin(10, 10)).isFalse();
    }

    @Test
    void aStreamFormatKeepsItsOwnConfiguration() {
        byte[] configuration = {1, 2, 3};
        StreamFormat format = new StreamFormat(VideoCodec.H264, configuration, PixelFormat.I420);
        configuration[0] = 9;
        format.configuration()[1] = 9;

        assertThat(format).isEqualTo(new StreamFormat(VideoCodec.H264, new byte[] {1, 2, 3}, PixelFormat.I420))
                .hasToString("H264 to I420, configuration 010203");
    }
}
