// SPDX-License-Identifier: Apache-2.0
package org.cloister.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegionRequestTest {
    @ParameterizedTest
    @CsvSource({"'', 4096, 4096, READ", "' ', 4096, 4096, READ", "gpu, -1, 4096, READ", "gpu, 0, 0, READ",
            "gpu, 0, -1, READ", "gpu, 9223372036854775807, 1, READ", "gpu, 1, 9223372036854775807, READ",
            "gpu, 4096, 4096, NONE"})
    void refusesWhatCannotBe(String device, long address, long size, Access rights) {
        assertThatThrownBy(() -> new RegionRequest(device, address, size, rights))
                .isInstanceOfSatisfying(HeapException.class,
                        e -> assertThat(e.error()).isEqualTo(HeapError.INVALID_ARGUMENT));
    }

    @ParameterizedTest
    @CsvSource({"-1, 0, 0", "0, -1, 0", "0, 0, -1"})
    void countsAreNotNegative(int forHeaps, int forDevices, int left) {
        assertThatThrownBy(() -> new RegionCount(forHeaps, forDevices, left))
                .isInstanceOfSatisfying(HeapException.class,
                        e -> assertThat(e.error()).isEqualTo(HeapError.INVALID_ARGUMENT));
    }

    @Test
    void saysWhatItIs() {
        assertThat(new RegionRequest("gpu", 0x4000_0000L, 0x1000, Access.READ))
                .hasToString("0x1000 bytes at 0x40000000 for gpu (READ)");
        assertThat(new RegionCount(2, 1, 3)).hasToString(
                "3 of 6 firewall regions are in use, 2 for heaps and 1 for single devices");
    }
}
