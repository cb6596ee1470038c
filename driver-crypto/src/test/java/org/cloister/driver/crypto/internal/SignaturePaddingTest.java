// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.crypto.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HexFormat;
import org.cloister.driver.crypto.CryptoDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The layout that RFC 8017, 9.2, gives for SHA-256. */
class SignaturePaddingTest {
    private static final byte[] DIGEST_INFO = HexFormat.of().parseHex("3031300d060960864801650304020105000420");

    @ParameterizedTest
    @ValueSource(ints = {62, 63, 128, 256, 384})
    void fillsAllButTheDigest(int modulus) {
        byte[] padding = SignaturePadding.forModulus(modulus);
        int separator = padding.length - DIGEST_INFO.length - 1;
        assertThat(padding).hasSize(modulus - CryptoDriver.DIGEST_SIZE).startsWith(0, 1).endsWith(DIGEST_INFO);
        assertThat(Arrays.copyOfRange(padding, 2, separator)).hasSizeGreaterThanOrEqualTo(8).containsOnly(0xff);
        assertThat(padding[separator]).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 31, 32, 51, 61})
    void refusesAModulusThatIsTooShort(int modulus) {
        assertThatIllegalArgumentException().isThrownBy(() -> SignaturePadding.forModulus(modulus))
                .withMessageContaining("too short");
    }

    @Test
    void smallestModulusHasTheLeastFillThatTheStandardAllows() {
        assertThat(SignaturePadding.LEAST_MODULUS).isEqualTo(62);
    }
}
