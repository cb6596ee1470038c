// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.cloister.backend.HeapBackend;
import org.cloister.driver.codec.CodecDriver;
import org.cloister.driver.display.DisplayDriver;
import org.cloister.driver.record.RecordDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.service.cm.Configuration;

/** The main job inside the framework: drivers that wait for their heap, and a clip that is played and attacked. */
class PlaybackTest {
    @TempDir
    Path directory;

    @AfterEach
    void switchOff() throws Exception {
        Boards.off();
    }

    @Test
    void driversThatStartBeforeTheBackendBecomeReadyWithTheHeap() throws Exception {
        Boards.on("jacinto");
        Bundle backend = Framework.bundle("org.cloister.backend.carveout");
        backend.stop();
        try {
            CodecDriver codec = Framework.service(CodecDriver.class, null);
            DisplayDriver display = Framework.service(DisplayDriver.class, null);
            Framework.eventually("the codec waits", () -> !codec.readiness().ready());
            assertThat(codec.readiness().text()).contains("protected,secure-video");
            assertThat(display.outputs()).isNotEmpty();
            backend.start();
            Framework.eventually("the codec is ready", () -> codec.readiness().ready());
        } finally {
            backend.start();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "jacinto           | protected,secure-video | carveout | the player",
        "virt-optee        | protected,secure-video | optee    | in OP-TEE 4.10 by FF-A 1.2",
        "virt-optee-smc    | protected,secure-video | optee    | in OP-TEE 4.10 by SMC",
        "virt-optee-static | protected,secure-video | optee    | in OP-TEE 4.10 by SMC",
        "mt8195            | protected,secure-video | mtk      | in OP-TEE 4.10 by SMC",
        "mt8195            | restricted_mtk_cm      | mtk      | in OP-TEE 4.10 by SMC",
        "mt8195            | restricted_mtk_cma     | mtk      | in OP-TEE 4.10 by SMC",
        "amd-laptop        | protected,secure-video | amdtee   | in AMD-TEE",
        "lab               | protected,secure-video | optee    | in OP-TEE 4.10 by SMC",
        "lab               | restricted_mtk_cm      | mtk      | in OP-TEE 4.10 by SMC",
        "lab               | restricted_mtk_cma     | mtk      | in OP-TEE 4.10 by SMC",
    })
    void theSamplePlaysExactlyAndEveryAttackIsRepelled(String board, String heap, String backend, String by)
            throws Exception {
        String report = playOn(board, heap);
        assertPlayed(report, board, backend, by);
        assertThat(report).contains("\"ciphertext\":0");
    }

    @Test
    void aRecordingIsEncryptedOnTheWayAndPlays() throws Exception {
        Boards.on("lab");
        Framework.service(RecordDriver.class, null);
        String report = Player.run("record", new StringWriter(), 0, "--json", "--frames", "30",
                "--picture", directory.resolve("record.png").toString(), directory.resolve("record.mp4").toString());
        assertThat(Player.number(report, "frames")).isEqualTo(30);
        assertThat(Player.number(report, "playedFrames")).isEqualTo(30);
        assertThat(Player.number(report, "probes")).isPositive().isEqualTo(Player.number(report, "repelled"));
        assertThat(Player.number(report, "playedProbes")).isPositive().isEqualTo(Player.number(report, "playedRepelled"));
        assertThat(Player.number(report, "leaked")).isZero();
        assertThat(report).contains("\"stillLent\":\"0x0\"");
    }

    @Test
    void dialoguesOfTheSecureWorldReachThePanelAsDrawnAndNobodyElse() throws Exception {
        Boards.on("lab");
        String report = Player.run("trusted-ui", new StringWriter(), 0, "--json", "Is it you?", "Really?",
                "--picture", directory.resolve("ui.png").toString());
        assertThat(Player.number(report, "frames")).isEqualTo(2);
        assertThat(Player.number(report, "exact")).isEqualTo(2);
        assertThat(Player.number(report, "probes")).isPositive().isEqualTo(Player.number(report, "repelled"));
        assertThat(Player.number(report, "leaked")).isZero();
        assertThat(report).contains("\"blackWhenTapped\":true", "\"stillLent\":\"0x0\"");
        assertThat(directory.resolve("ui.png")).isNotEmptyFile();
    }

    @ParameterizedTest
    @ValueSource(strings = {"amd-laptop", "lab"})
    void theSamplePlaysExactlyInEncryptedMemoryOfWhichAttackersReadCiphertext(String board) throws Exception {
        String report = playOn(board, "encrypted,secure-video");
        assertPlayed(report, board, "tmz", "the player");
        assertThat(Player.number(report, "ciphertext")).isPositive();
        if (board.equals("lab")) {
            assertThat(report).contains("\"bypassed\":\"cannot use the heap: gpu-protected layers: enforcement: ")
                    .doesNotContain("\"composed\"");
        } else {
            assertThat(report).doesNotContain("\"bypassed\"");
        }
    }

    @Test
    void withoutANameTheHeapIsOneThatCodecAndDisplayReach() throws Exception {
        Boards.on("amd-laptop-no-tee");
        Framework.service(CodecDriver.class, null);
        Framework.reference(DisplayDriver.class, null);
        String report = Player.play("--json", "--picture", directory.resolve("sheet.png").toString());
        assertPlayed(report, "amd-laptop-no-tee", "tmz", "the player");
        assertThat(report).contains("\"heap\":\"encrypted,secure-video\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"restricted_mtk_cm", "restricted_mtk_cma"})
    void theSamplePlaysExactlyWithAMemoryApplicationOfTheLegacyNumbering(String heap) throws Exception {
        Configuration application = Framework.configuration("org.cloister.emulator.mtk");
        Configuration backend = Framework.configuration("org.cloister.backend.mtk");
        application.update(Framework.properties(Map.of("numbering", "LEGACY")));
        backend.update(Framework.properties(Map.of("numbering", "LEGACY")));
        try {
            Boards.on("mt8195");
            awaitNumbering("LEGACY");
            assertPlayed(play(heap), "mt8195", "mtk", "in OP-TEE 4.10 by SMC");
        } finally {
            Framework.remove(application);
            Framework.remove(backend);
            awaitNumbering("CURRENT");
        }
    }

    private static void awaitNumbering(String numbering) {
        String filter = "(numbering=%s)".formatted(numbering);
        Framework.reference("org.cloister.emulator.optee.TrustedApplication", filter);
        Framework.reference(HeapBackend.class.getName(), filter);
    }

    private String playOn(String board, String heap) throws Exception {
        Boards.on(board);
        return play(heap);
    }

    private String play(String heap) {
        Framework.service(CodecDriver.class, null);
        Framework.reference(DisplayDriver.class, null);
        return Player.play("--json", "--heap", heap, "--picture", directory.resolve("sheet.png").toString());
    }

    private void assertPlayed(String report, String board, String backend, String by) {
        assertThat(Player.number(report, "frames")).isEqualTo(125);
        Player.assertExact(report);
        assertThat(report).contains("\"board\":\"" + board + "\"", "\"backends\":[\"" + backend + "\"]",
                by + "\"]", "\"stillLent\":\"0x0\"");
        assertThat(directory.resolve("sheet.png")).isNotEmptyFile();
    }

    @ParameterizedTest
    @CsvSource({"virt-optee, OPTEE_FFA", "virt-optee-smc, OPTEE_SMC", "virt-optee-static, OPTEE_STATIC"})
    void whatWasRecordedOfARunIsReplayedWithoutADifference(String name, String model) throws Exception {
        Path trace = directory.resolve("run.trace");
        Configuration firmware = Framework.configuration("org.cloister.emulator.optee");
        firmware.update(Framework.properties(Map.of("trace", trace.toString())));
        try {
            Boards.on(name);
            Player.play("--picture", directory.resolve("sheet.png").toString());
            Boards.off();
        } finally {
            Framework.remove(firmware);
        }
        String key = "00112233445566778899aabbccddeeff"; // of the sample
        assertThat(trace).content().contains("msg> ").contains("in> ")
                .doesNotContain(key).doesNotContain("7766554433221100").doesNotContain("ffeeddccbbaa9988");
        assertReplays(model, Files.readAllLines(trace));
    }

    /** By reflection, as the emulator is taken away and brought back by {@link NothingLeftTest}. */
    private static void assertReplays(String model, List<String> lines) throws ReflectiveOperationException {
        Bundle emulator = Framework.bundle("org.cloister.emulator.optee");
        Class<?> models = emulator.loadClass("org.cloister.emulator.optee.replay.FirmwareModel");
        List<String> different = new ArrayList<>();
        Consumer<Object> listener = call -> Optional.of(call.toString()).filter(text -> text.contains("same=false"))
                .ifPresent(different::add);
        Object replay = emulator.loadClass("org.cloister.emulator.optee.replay.TraceReplay")
                .getConstructor(models, Consumer.class).newInstance(models.getField(model).get(null), listener);
        String result = replay.getClass().getMethod("replay", String.class, List.class)
                .invoke(replay, "the run", lines).toString();
        assertThat(different).isEmpty();
        assertThat(result).matches("ReplayResult\\[calls=[1-9][0-9]{2,}, differences=0]");
    }
}
