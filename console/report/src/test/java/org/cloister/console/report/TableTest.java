// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TableTest {
    private final Table table = new Table("NAME", ">SIZE", "NOTE");

    private String print() {
        StringWriter text = new StringWriter();
        table.print(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void columnsAreAligned() {
        table.row("a", "1024", "");
        table.row("longer", "1", "free\nto run on");

        assertThat(print()).isEqualTo("""
                NAME    SIZE  NOTE
                a       1024
                longer     1  free?to run on
                """);
        assertThat(table.isEmpty()).isFalse();
    }

    @Test
    void headingsOnly() {
        assertThat(table.isEmpty()).isTrue();
        assertThat(print()).isEqualTo("NAME  SIZE  NOTE\n");
    }

    @Test
    void rowOfAnotherWidth() {
        assertThatIllegalArgumentException().isThrownBy(() -> table.row("a"));
    }
}
