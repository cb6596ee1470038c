// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTreeBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DtCommandTest {
    @TempDir
    private Path folder;

    private final Shell shell = new Shell().with("dt", DtCommand::new);
    private String board;
    private String empty;

    @BeforeEach
    void writeTrees() throws IOException {
        board = write("board.dtb", new DeviceTreeBuilder()
                .reserve(new AddressRange(0x4000_0000L, 0x1000))
                .root(root -> root.node("reserved-memory", reserved -> reserved
                        .cells("#address-cells", 2)
                        .cells("#size-cells", 2)
                        .node("linux,cma", cma -> cma
                                .strings("compatible", "shared-dma-pool", "x\u001b")
                                .longs("size", 0x1000_0000L)
                                .longs("alignment", 0x40_0000L)
                                .ranges("alloc-ranges", new AddressRange(0x4000_0000L, 0x4000_0000L))
                                .flag("reusable")
                                .flag("linux,cma-default"))
                        .node("video@1e0000000", video -> video
                                .reg(new AddressRange(0x1_e000_0000L, 0x400_0000L), new AddressRange(-0x800, 0x800))
                                .strings("status", "disabled")
                                .flag("no-map"))))
                .build());
        empty = write("empty.dtb", new DeviceTreeBuilder().build());
    }

    private String write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes).toString();
    }

    @Test
    void jsonLines() {
        assertThat(shell.run("dt", "--json", board)).isZero();
        assertThat(shell.out()).isEqualTo("""
                {"file":"FILE","node":"/reserved-memory/linux,cma","compatible":["shared-dma-pool","x\\u001b"],\
                "status":"okay","reg":[],"size":"0x10000000","alignment":"0x400000",\
                "allocRanges":[{"base":"0x40000000","size":"0x40000000"}],"noMap":false,"reusable":true,\
                "linuxCmaDefault":true,"linuxDmaDefault":false}
                {"file":"FILE","node":"/reserved-memory/video@1e0000000","compatible":[],"status":"disabled",\
                "reg":[{"base":"0x1e0000000","size":"0x4000000"},{"base":"0xfffffffffffff800","size":"0x800"}],\
                "size":null,"alignment":null,"allocRanges":[],"noMap":true,"reusable":false,"linuxCmaDefault":false,\
                "linuxDmaDefault":false}
                {"file":"FILE","memreserve":{"base":"0x40000000","size":"0x1000"}}
                """.replace("FILE", board));
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void tableForPeople() {
        assertThat(shell.run("dt", board, empty)).isZero();
        assertThat(shell.out().lines().map(line -> line.strip().replaceAll(" {2,}", "|"))).containsExactly(
                board + ":",
                "NODE|BASE|SIZE|PROPERTIES|COMPATIBLE",
                "linux,cma|any|256 MiB|reusable linux,cma-default align=4MiB in=0x40000000+0x40000000"
                        + "|shared-dma-pool, x?",
                "video@1e0000000|0x1e0000000|64 MiB|disabled no-map",
                "0xfffffffffffff800|2 KiB",
                "/memreserve/|0x40000000|4 KiB",
                "",
                empty + ": reserves nothing");
    }

    @Test
    void treeThatReservesNothing() {
        assertThat(shell.run("dt", "--json", empty)).isZero();
        assertThat(shell.out()).isEmpty();
    }

    @Test
    void unreadableFilesAreReportedAndTheOthersPrinted() throws IOException {
        byte[] bytes = Files.readAllBytes(Path.of(board));
        String truncated = write("truncated.dtb", Arrays.copyOf(bytes, 100));
        String text = write("text\u001b.dtb", "nonsense".getBytes());
        String missing = folder.resolve("missing.dtb").toString();

        assertThat(shell.run("dt", "--json", truncated, board, missing, text, folder.toString(), board)).isEqualTo(2);
        assertThat(shell.out().lines()).hasSize(6);
        assertThat(shell.err().lines()).containsExactly(
                ("cloister dt: %s is damaged, or no flattened device tree: at byte 0x64, the blob ends here, but"
                        + " totalsize is %d; name an undamaged .dtb file").formatted(truncated, bytes.length),
                "cloister dt: cannot read %s: there is no such file; check the name".formatted(missing),
                ("cloister dt: %s is damaged, or no flattened device tree: at byte 0x0, the magic number is 0x6e6f6e73,"
                        + " not 0xd00dfeed; name an undamaged .dtb file").formatted(text.replace('\u001b', '?')),
                "cloister dt: cannot read %s: Is a directory; name a regular file".formatted(folder));
    }

    @Test
    void treeWhoseReservedMemoryIsMalformed() throws IOException {
        String malformed = write("malformed.dtb", new DeviceTreeBuilder().root(root -> root
                .node("reserved-memory", reserved -> reserved.node("r", r -> r.cells("reg", 1)))).build());

        assertThat(shell.run("dt", malformed)).isEqualTo(2);
        assertThat(shell.out()).isEmpty();
        assertThat(shell.err()).contains("/reserved-memory/r:reg has 1 cells");
    }

    @Test
    void nameThatIsNone() {
        assertThat(shell.run("dt", "a\0b")).isEqualTo(2);
        assertThat(shell.err()).isEqualTo("cloister dt: cannot read a?b: Nul character not allowed; check the name\n");
    }

    @Test
    void noFile() {
        assertThat(shell.run("dt")).isEqualTo(2);
        assertThat(shell.err()).isEqualTo(
                "cloister dt: missing required parameter: 'FILE'; 'cloister help dt' shows its usage\n");
    }

    @Test
    void endlessDevice() {
        assertThat(shell.run("dt", "/dev/zero")).isEqualTo(2);
        assertThat(shell.err()).contains("/dev/zero is damaged, or no flattened device tree: at byte 0x0");
    }
}
