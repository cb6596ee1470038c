// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class AddressRangeTest {
    private final AddressRange low = new AddressRange(0x1000, 0x1000);
    private final AddressRange top = new AddressRange(-0x1000, 0x1000);
    private final AddressRange empty = new AddressRange(0x1800, 0);

    @Test
    void addresses() {
        assertThat(low.contains(0x1000)).isTrue();
        assertThat(low.contains(0x1fff)).isTrue();
        assertThat(low.contains(0x2000)).isFalse();
        assertThat(low.contains(0xfff)).isFalse();
        assertThat(top.contains(-1)).isTrue();
        assertThat(top.contains(0)).isFalse();
        assertThat(empty.contains(0x1800)).isFalse();
    }

    @Test
    void ranges() {
        assertThat(low.contains(new AddressRange(0x1800, 0x800))).isTrue();
        assertThat(low.contains(new AddressRange(0x1800, 0x801))).isFalse();
        assertThat(low.contains(new AddressRange(0, -1))).isFalse();
        assertThat(low.contains(empty)).isFalse();
        assertThat(top.contains(top)).isTrue();
    }

    @Test
    void overlaps() {
        assertThat(low.overlaps(new AddressRange(0x1fff, 1))).isTrue();
        assertThat(low.overlaps(new AddressRange(0, 0x8000))).isTrue();
        assertThat(low.overlaps(new AddressRange(0x2000, 0x1000))).isFalse();
        assertThat(low.overlaps(empty)).isFalse();
        assertThat(empty.overlaps(low)).isFalse();
        assertThat(top.overlaps(new AddressRange(0, 0x1000))).isFalse();
    }

    @Test
    void noRangeWrapsAround() {
        assertThat(new AddressRange(-1, 1).contains(-1)).isTrue();
        assertThat(new AddressRange(-1, 0).isEmpty()).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> new AddressRange(-1, 2))
                .withMessageContaining("0xffffffffffffffff");
        assertThatIllegalArgumentException().isThrownBy(() -> new AddressRange(2, -1));
    }

    @Test
    void text() {
        assertThat(top).hasToString("0xfffffffffffff000+0x1000");
    }

    @Test
    void bitsOfAddresses() {
        assertThat(low.addressBits()).isEqualTo(13);
        assertThat(new AddressRange(0x1000, 0x3000).addressBits()).as("the last address is 0x3fff").isEqualTo(14);
        assertThat(new AddressRange(0x1000, 0x3001).addressBits()).isEqualTo(15);
        assertThat(top.addressBits()).isEqualTo(64);
        assertThat(new AddressRange(0, 0).addressBits()).isEqualTo(1);
    }
}
