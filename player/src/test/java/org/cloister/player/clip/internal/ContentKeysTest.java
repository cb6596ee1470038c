// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentKeysTest {
    private static final String KID = "00112233445566778899aabbccddeeff";
    private static final String KEY = "0123456789abcdef0123456789abcdef";

    @Test
    void readsKeysInEitherCaseAndWithHyphens() {
        ContentKeys keys = ContentKeys.parse(List.of("00112233-4455-6677-8899-AABBCCDDEEFF:" + KEY, KEY + ":" + KID));

        assertThat(keys.ids()).containsExactlyInAnyOrder(new KeyId(KID), new KeyId(KEY));
        assertThat(keys.find(new KeyId(KID)).orElseThrow().getEncoded()).startsWith(0x01, 0x23);
        assertThat(keys.find(new KeyId("ff"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "''                                                | there is no colon between key id and key",
        "00112233445566778899aabbccddeeff                  | there is no colon between key id and key",
        "0011:0123456789abcdef0123456789abcdef             | the key id has 4 hexadecimal digits instead of 32",
        ":0123456789abcdef0123456789abcdef                 | the key id has 0 hexadecimal digits instead of 32",
        "00112233445566778899aabbccddeeff:0123             | the key has 4 hexadecimal digits instead of 32",
        "00112233445566778899aabbccddeeff:                 | the key has 0 hexadecimal digits instead of 32",
        "00112233445566778899aabbccddeeff:0123456789abcdef0123456789abcdef00 | the key has 34 hexadecimal digits",
        "g0112233445566778899aabbccddeeff:0123456789abcdef0123456789abcdef   | the key id has characters that are no",
        "00112233445566778899aabbccddeeff:0123456789abcdef:123456789abcdef   | the key has characters that are no",
    })
    void refusesWhatIsNoKey(String text, String reason) {
        assertThatExceptionOfType(ClipException.class).isThrownBy(() -> ContentKeys.parse(List.of(text)))
                .withMessageContaining(reason)
                .withMessageEndingWith("write it as KID:KEY, each of 32 hexadecimal digits");
    }

    @Test
    void neverRepeatsAKey() {
        assertThatExceptionOfType(ClipException.class).isThrownBy(() -> ContentKeys.parse(List.of(KID + ":" + KEY + "x")))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(KEY));
    }

    @Test
    void refusesTwoKeysOfOneId() {
        assertThatExceptionOfType(ClipException.class)
                .isThrownBy(() -> ContentKeys.parse(List.of(KID + ":" + KEY, KID + ":" + KID)))
                .withMessageContaining("there are two keys for key id " + KID);
    }
}
