// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.util.List;
import org.cloister.heap.Explanation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class AllocCommandTest {
    private final FakeHeaps heaps = new FakeHeaps();
    private final Shell shell = new Shell().with("alloc",
            () -> new AllocCommand(heaps, enough -> { }, new ByteArrayInputStream(new byte[0])), "")
            .with("heaps", () -> new HeapsCommand(heaps, enough -> { }), BoardStage.DEFAULT_BOARD);

    @BeforeEach
    void nothingIsThere() {
        heaps.explanations = name -> new Explanation(name, false,
                List.of(new Explanation.Reason(Explanation.Kind.REFUSED, "linux", "no dma-heaps; build a kernel")));
    }

    @Test
    void theMachineAtHandIsMeantUnlessABoardIsNamed() {
        assertThat(shell.run("alloc", "system", "4K")).isEqualTo(1);
        assertThat(shell.trace).contains("machine").doesNotContain("board jacinto");
        assertThat(shell.err()).contains("heap system is not available: no dma-heaps; build a kernel");
        shell.trace.clear();
        assertThat(shell.run("alloc", "system", "4K", "--board", "lab")).isEqualTo(1);
        assertThat(shell.trace).contains("board lab").doesNotContain("machine");
    }

    @Test
    void realHeapsAreListedWithoutABoard() {
        assertThat(shell.run("heaps", "--real")).isEqualTo(1);
        assertThat(shell.trace).contains("machine").doesNotContain("board jacinto");
        assertThat(shell.err()).contains("there is no heap on this machine: no dma-heaps; build a kernel");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "four", "4X", "0x", "9223372036854775808", "8388608T", "1.5M", "99999999999999999999"})
    void sizesThatAreNone(String size) {
        assertThat(shell.run("alloc", "system", size)).isEqualTo(2);
        assertThat(shell.err()).startsWith("cloister alloc: ").hasLineCount(1);
    }

    @Test
    void aBufferHasAtLeastOneByte() {
        assertThat(shell.run("alloc", "system", "0")).isEqualTo(2);
        assertThat(shell.err()).contains("a buffer has at least one byte");
    }

    @ParameterizedTest
    @CsvSource({"4096,4096", "0x1000,4096", "0X10k,16384", "4K,4096", "4KiB,4096", "16m,16777216", "1G,1073741824",
        "010,10", "2T,2199023255552"})
    void sizes(String text, long bytes) throws TypeConversionException {
        assertThat(new ByteSize().convert(text)).isEqualTo(bytes);
    }
}
