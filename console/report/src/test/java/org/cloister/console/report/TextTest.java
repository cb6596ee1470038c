// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B", "1, 1 B", "1023, 1023 B", "1024, 1 KiB", "1025, 1025 B", "1536, 1536 B", "67108864, 64 MiB",
        "1073741824, 1 GiB", "-9223372036854775808, 8 EiB", "-1, 18446744073709551615 B",
        "-4096, 18014398509481980 KiB"})
    void sizes(long bytes, String text) {
        assertThat(Text.size(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0x0", "4096, 0x1000", "-1, 0xffffffffffffffff"})
    void hexadecimal(long number, String text) {
        assertThat(Text.hex(number)).isEqualTo(text);
    }

    @Test
    void controlCharactersAreMasked() {
        assertThat(Text.printable("a\u001b[2J\u0007\u009bb\u007f\u00e4\ud83d\ude00"))
                .isEqualTo("a?[2J??b?\u00e4\ud83d\ude00");
    }

    @Test
    void lineBreaksAreJoined() {
        assertThat(Text.oneLine(" a \n\t b\r\nc ")).isEqualTo("a b c");
    }
}
