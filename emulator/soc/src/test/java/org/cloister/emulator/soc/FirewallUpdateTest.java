// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirewallUpdateTest {
    private static final FirewallRegion ONE = FirewallRegion.foreground("one", 0, 4096, Rights.NONE);
    private static final FirewallRegion TWO = FirewallRegion.background("two", 4096, 4096, Rights.NONE);

    @Test
    void joinsChanges() {
        FirewallUpdate both = FirewallUpdate.set(ONE).and(FirewallUpdate.remove("old")).and(FirewallUpdate.set(TWO));
        assertThat(both.set()).containsExactly(ONE, TWO);
        assertThat(both.remove()).containsExactly("old");
    }

    @Test
    void refusesANameTwice() {
        assertThatIllegalArgumentException().isThrownBy(() -> FirewallUpdate.set(ONE, ONE));
        assertThatIllegalArgumentException().isThrownBy(() -> FirewallUpdate.remove("x", "x"));
        assertThatIllegalArgumentException().isThrownBy(
                () -> new FirewallUpdate(List.of(ONE), List.of("one")));
    }

    @ParameterizedTest
    @CsvSource({"-1, 4096", "0, 0", "0, -4096", "9223372036854771712, 8192", "-9223372036854775808, 1"})
    void refusesRegionsThatAreNoRange(long base, long size) {
        assertThatIllegalArgumentException().isThrownBy(
                () -> FirewallRegion.foreground("x", base, size, Rights.NONE)).withMessageContaining("no range");
    }

    @ParameterizedTest
    @CsvSource({"''", "' '"})
    void refusesRegionsWithoutAName(String name) {
        assertThatIllegalArgumentException().isThrownBy(
                () -> FirewallRegion.foreground(name, 0, 4096, Rights.NONE)).withMessageContaining("name");
    }

    @Test
    void regionsThatTouchDoNotOverlap() {
        assertThat(ONE.overlaps(TWO)).isFalse();
        assertThat(ONE.overlaps(FirewallRegion.foreground("x", 4095, 1, Rights.NONE))).isTrue();
        assertThat(new ProgrammedRegion(3, TWO).label()).isEqualTo("region 3 (two)");
    }
}
