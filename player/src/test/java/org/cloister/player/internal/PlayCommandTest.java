// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.cloister.driver.bench.TestBoard;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.player.clip.internal.Clips;
import org.cloister.player.play.internal.Bench;
import org.cloister.player.play.internal.PlayerBoard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class PlayCommandTest {
    private final PlayerBoard player = new PlayerBoard();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    @AfterEach
    void switchOff() {
        player.close();
    }

    @Test
    void needsNoArgument() {
        assertThat(run()).isZero();

        assertThat(out.toString().lines()).satisfiesExactly(
                line -> assertThat(line).isEqualTo("clip      sample-fragmented.mp4: h264, 320x180, encrypted (cenc)"),
                line -> assertThat(line).isEqualTo("decrypted by the player, into memory that the CPU cannot read"),
                line -> assertThat(line).matches("shown     125 frames, [0-9.,]+ frames per second"),
                line -> assertThat(line).isEqualTo("exact     125 of 125 frames equal the reference"),
                line -> assertThat(line).matches("attacks   (\\d+) tried, \\1 repelled \\(API \\d+, cpu \\d+, .*\\)"),
                line -> assertThat(line).isEqualTo("heap      protected,secure-video on bench, served by "
                        + "test protected,secure-video: 16 MiB of 16 MiB free, nothing left behind"),
                line -> assertThat(line).isEqualTo("picture   " + picture()));
        assertThat(err.toString().lines()).as("how far it is, where that takes long")
                .allMatch(line -> line.matches("\\d+ of 125 frames"));
        assertThat(picture()).isNotEmptyFile();
    }

    @Test
    void jsonIsOneObjectAndNothingElse() {
        assertThat(run("--json")).isZero();

        assertThat(out.toString().lines()).hasSize(1);
        JsonObject report = Json.createReader(new StringReader(out.toString())).readObject();
        assertThat(report.keySet()).contains("frames", "exact", "width", "height", "codec", "board", "heap", "backends",
                "probes", "repelled", "swaps", "leaked", "fps", "picture");
        assertThat(report.getInt("frames")).isEqualTo(125);
        assertThat(report.getInt("exact")).isEqualTo(125);
        assertThat(report.getInt("width")).isEqualTo(320);
        assertThat(report.getInt("height")).isEqualTo(180);
        assertThat(report.getString("codec")).isEqualTo("h264");
        assertThat(report.getString("heap")).isEqualTo(TestBoard.VIDEO);
        assertThat(report.getJsonArray("backends")).hasSize(1);
        assertThat(report.getInt("probes")).isPositive().isEqualTo(report.getInt("repelled"));
        assertThat(report.getInt("swaps")).isZero();
        assertThat(report.getInt("leaked")).isZero();
        assertThat(report.getJsonNumber("fps").doubleValue()).isPositive();
        assertThat(report.getString("picture")).isEqualTo(picture().toString());
    }

    @Test
    void exactIsToldOnlyWithAReference() {
        String clip = Clips.path("h264-clear.mp4").toString();
        assertThat(run("--json", clip)).isZero();

        assertThat(Json.createReader(new StringReader(out.toString())).readObject()).doesNotContainKey("exact");
    }

    @Test
    void aClipThatIsNotEncryptedJustPlays() {
        assertThat(run(Clips.path("h264-clear.mp4").toString(),
                "--reference", Clips.path("h264-clear.framemd5").toString())).isZero();

        assertThat(out.toString()).contains("98x66, not encrypted\n", "written   by the player, ",
                "25 of 25 frames equal the reference");
    }

    @Test
    void wrongPicturesGiveStatusOne() {
        assertThat(run("--reference", Clips.path("h264-clear.framemd5").toString())).isOne();

        assertThat(out.toString()).contains(
                "exact     0 of 25 frames equal the reference, the first that does not is frame 0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--key 12                       | Cannot use --key: there is no colon",
        "--key 12:34 nosuch.mp4         | Cannot use --key: the key id has 2 hexadecimal digits instead of 32",
        "nosuch.mp4                     | Cannot play nosuch.mp4: there is no such file; check the name",
        "--swap carveout               | Cannot use --swap: \"carveout\" is not a backend, an @ and a time; write it like",
        "--swap carveout@2             | Cannot use --swap: \"carveout@2\" is not a backend, an @ and a time",
        "--swap all@1s,carveout@2s     | Cannot use --swap: \"all\" says when every backend takes over, so nothing goes",
        "--swap all@0ms                | Cannot use --swap: there is no end to swaps every 0 s",
        "--move                        | Cannot use --move: buffers are moved when a backend takes over, and none does",
        "--swap nosuch@1s              | Cannot use --swap: backend nosuch is not there, or knows nothing of heap",
        "--reference nosuch.framemd5    | Cannot compare with nosuch.framemd5: there is no such file",
        "--picture nosuch/picture.png   | Cannot write nosuch/picture.png: it is not in a directory that can be written",
        "--key 00000000000000000000000000000000:00000000000000000000000000000000 | and the key given is for 0000000000",
    })
    void unusableInputGivesStatusTwoAndOneSentence(String arguments, String reason) {
        assertThat(run(arguments.split(" "))).isEqualTo(2);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines()).singleElement().satisfies(line ->
                assertThat(line).startsWith("cloister play: Cannot ").contains(reason));
    }

    @Test
    void saysThatNoBoardIsOn() {
        CommandLine command = command();
        command.<PlayCommand>getCommand().finder = null;

        assertThat(command.execute("--picture", picture().toString())).isOne();
        assertThat(err.toString()).contains("no board is on that has a decoder, a display and their drivers");
    }

    @Test
    void leavesNoCopyOfTheSampleBehind() throws Exception {
        Path file;
        try (ShippedSample sample = new ShippedSample()) {
            file = sample.file();
            assertThat(file).isNotEmptyFile();
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void aBoardWithoutAProtectedDisplayIsRefused() {
        Bench bench = player.bench();
        BenchFinder finder = new BenchFinder(bench.soc(), List.of(player.board.display().panels().getLast()),
                player.codec(), player.display(), bench.heaps(), bench.backends(), bench.importers(), bench.ffmpeg());

        assertThatExceptionOfType(HeapException.class).isThrownBy(finder::find)
                .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.NOT_SUPPORTED));
    }

    private Path picture() {
        return directory.resolve("picture.png");
    }

    private int run(String... arguments) {
        CommandLine command = command();
        boolean named = List.of(arguments).contains("--picture");
        if (!named) {
            String[] more = Arrays.copyOf(arguments, arguments.length + 2);
            more[arguments.length] = "--picture";
            more[arguments.length + 1] = picture().toString();
            return command.execute(more);
        }
        return command.execute(arguments);
    }

    private CommandLine command() {
        Bench bench = player.bench();
        PlayCommand play = new PlayCommand();
        play.finder = new BenchFinder(bench.soc(), player.board.display().panels(), player.codec(), player.display(),
                bench.heaps(), bench.backends(), bench.importers(), bench.ffmpeg());
        return new CommandLine(play).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    }
}
