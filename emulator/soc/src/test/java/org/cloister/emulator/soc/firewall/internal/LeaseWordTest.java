// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.cloister.heap.Access;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaseWordTest {
    private static final long TOP = FirewallTable.ADDRESS_SPACE;

    @ParameterizedTest
    @CsvSource(textBlock = """
            0,              1,           0,              4096
            4095,           1,           0,              4096
            4095,           2,           0,              8192
            0x80000ffe,     4,           0x80000000,     8192
            0x80001000,     4096,        0x80001000,     4096
            0x3ffffffff000, 4096,        0x3ffffffff000, 4096
            0,              0x3fffff000, 0,              0x3fffff000
            """)
    void coversThePagesOfItsRange(String address, String length, String first, String bytes) {
        for (int initiator : new int[] {0, 1, 63}) {
            for (Access access : new Access[] {Access.READ, Access.WRITE, Access.READ_WRITE}) {
                long word = LeaseWord.of(initiator, Long.decode(address), Long.decode(length), access);
                assertThat(word).isNotZero();
                assertThat(LeaseWord.address(word)).isEqualTo(Long.decode(first));
                assertThat(LeaseWord.length(word)).isEqualTo(Long.decode(bytes));
                assertThat(LeaseWord.initiator(word)).isEqualTo(initiator);
                assertThat(LeaseWord.access(word)).isEqualTo(access);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0x400000000", "0x80000000, 0x10000000000", "1, 0x3fffff000"})
    void aLeaseOfManyPagesStandsForAllThatFollow(String address, String length) {
        long word = LeaseWord.of(7, Long.decode(address), Long.decode(length), Access.READ);
        assertThat(LeaseWord.address(word)).isEqualTo(Long.decode(address) & -4096);
        assertThat(LeaseWord.address(word) + LeaseWord.length(word)).isEqualTo(TOP);
        assertThat(LeaseWord.initiator(word)).isEqualTo(7);
    }
}
