// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.cloister.driver.panthor.firmware.ImageBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirmwareCommandTest {
    @TempDir
    private Path folder;

    private final Shell shell = new Shell().with("firmware", FirmwareCommand::new);
    private final byte[] bytes = ImageBuilder.complete().build();
    private String image;

    @BeforeEach
    void writeImage() throws IOException {
        image = write("mali_csffw.bin", bytes);
    }

    private String write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content).toString();
    }

    @Test
    void tableForPeople() {
        assertThat(shell.run("firmware", image)).isZero();
        assertThat(shell.out().lines().map(line -> line.strip().replaceAll(" {2,}", "|"))).containsExactly(
                image + ": format 0.3, version hash 0x01010000, 10 entries",
                "OFFSET|TYPE|ADDRESSES|DATA|MEMORY|FLAGS|NAME",
                "0x14|section|0x00000000-0x00010000|27 B|normal memory|RD EX CACHED|code",
                "0x34|section|0x02000000-0x02040000|3 B|normal memory|RD WR ZERO CACHED",
                "0x4c|section|0x03000000-0x03040000|restricted heap|RD WR PROT CACHED|protected",
                "0x70|section|0x04000000-0x04010000|normal memory, shared|RD WR SHARED ZERO|shared",
                "0x90|configuration|0x0041131c, 0 to 3|-|optional update|Log verbosity",
                "0xb0|test|-|optional",
                "0xb8|trace buffer|0x00410040, 17 sources|-|optional|fwlog",
                "0xe0|timeline metadata|4 B|-|optional|timeline_header",
                "0xfc|build info|18 B|-|optional|git_sha: 0123abcd",
                "0x108|unknown (9), skipped|-|optional",
                "restricted heap: 256 KiB",
                "normal memory, shared: 64 KiB",
                "normal memory: 320 KiB");
    }

    @Test
    void jsonLines() {
        assertThat(shell.run("firmware", "--json", image)).isZero();
        assertThat(shell.out().lines()).hasSize(10).contains("""
                {"file":"FILE","offset":"0x4c","type":0,"label":"section","optional":false,"update":false,\
                "flags":"0x2b","flagNames":["RD","WR","PROT","CACHED"],"vaStart":"0x3000000","vaEnd":"0x3040000",\
                "dataStart":"0x132","dataEnd":"0x132","name":"protected","protected":true,"memory":"restricted heap"}\
                """.replace("FILE", image), """
                {"file":"FILE","offset":"0x108","type":9,"label":"unknown","optional":true,"update":false,\
                "flags":null,"flagNames":null,"vaStart":null,"vaEnd":null,"dataStart":null,"dataEnd":null,\
                "name":null,"protected":false,"memory":null}""".replace("FILE", image));
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void imageThatNoDriverCouldStart() throws IOException {
        assertThat(shell.run("firmware", write("empty.bin", new ImageBuilder().build()))).isZero();
        assertThat(shell.out()).contains("0 entries").contains("no section is shared with the host");
    }

    @Test
    void damagedFilesAreReportedAndNothingOfThemPrinted() throws IOException {
        String cut = write("cut.bin", Arrays.copyOf(bytes, bytes.length - 1));
        String text = write("text\u001b.bin", "nonsense, and longer than a header".getBytes());
        String missing = folder.resolve("missing.bin").toString();

        assertThat(shell.run("firmware", "--json", cut, text, missing, folder.toString(), image)).isEqualTo(2);
        assertThat(shell.out().lines()).hasSize(10);
        assertThat(shell.err().lines()).hasSize(4).satisfiesExactly(
                line -> assertThat(line).startsWith("cloister firmware: %s is damaged, or no firmware of a Mali GPU: at byte"
                        .formatted(cut)),
                line -> assertThat(line).contains("text?.bin").contains("the magic number is 0x736e6f6e"),
                line -> assertThat(line).contains("there is no such file; check the name"),
                line -> assertThat(line).contains("Is a directory; name a regular file"));
    }

    @Test
    void noFileAndNoName() {
        assertThat(shell.run("firmware")).isEqualTo(2);
        assertThat(shell.err()).contains("missing required parameter: 'FILE'");
        assertThat(shell.run("firmware", "a\0b")).isEqualTo(2);
        assertThat(shell.err()).contains("cannot read a?b");
    }

    @Test
    void endlessDevice() {
        assertThat(shell.run("firmware", "/dev/zero")).isEqualTo(2);
        assertThat(shell.err()).contains("the magic number is 0x0");
    }
}
