// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.driver.codec.CodecDriver;
import org.cloister.driver.display.DisplayDriver;
import org.cloister.heap.Heap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import picocli.CommandLine;

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
        "jacinto           | carveout | the player",
        "virt-optee        | optee    | the content decryption application in OP-TEE 4.10 by FF-A 1.2",
        "virt-optee-smc    | optee    | the content decryption application in OP-TEE 4.10 by SMC",
        "virt-optee-static | optee    | the content decryption application in OP-TEE 4.10 by SMC",
        "mt8195            | mtk      | the content decryption application in OP-TEE 4.10 by SMC",
        "lab               | optee    | the content decryption application in OP-TEE 4.10 by FF-A 1.2",
    })
    void theSamplePlaysExactlyAndEveryAttackIsRepelled(String name, String backend, String by) throws Exception {
        Boards.on(name);
        Framework.service(CodecDriver.class, null);
        Framework.reference(DisplayDriver.class, null);
        String report = play("--json", "--picture", directory.resolve("sheet.png").toString());
        assertThat(number(report, "frames")).isEqualTo(125);
        assertThat(number(report, "exact")).isEqualTo(125);
        assertThat(number(report, "probes")).isPositive().isEqualTo(number(report, "repelled"));
        assertThat(number(report, "leaked")).isZero();
        assertThat(report).contains("\"board\":\"" + name + "\"", "\"backends\":[\"" + backend + "\"]",
                "\"decryptedBy\":[\"" + by + "\"]", "\"stillLent\":\"0x0\"");
        assertThat(directory.resolve("sheet.png")).isNotEmptyFile();
    }

    @Test
    void backendsAreSwappedInMidStreamAndTheConfigurationIsAsBefore() throws Exception {
        Boards.on("jacinto");
        HeapBackend carveOut = Framework.service(HeapBackend.class, "(component.name=*carveout*)");
        Configuration core = Framework.configuration("org.cloister.core");
        core.update(Framework.properties(Map.of("heap.backends",
                new String[] {"restricted,secure-video=carveout,twin", "protected,other=nobody"})));
        ServiceRegistration<?> twin = Framework.context().registerService(HeapBackend.class, new Twin(carveOut), null);
        try {
            String report = play("--json", "--swap", "twin@1s,carveout@1500ms,twin@3.5s",
                    "--picture", directory.resolve("sheet.png").toString());
            assertThat(number(report, "exact")).isEqualTo(125);
            assertThat(number(report, "probes")).isPositive().isEqualTo(number(report, "repelled"));
            assertThat(number(report, "swaps")).isEqualTo(3);
            assertThat(number(report, "leaked")).isZero();
            assertThat(report).contains("\"backends\":[\"carveout\",\"twin\",\"carveout\",\"twin\"]");
            assertThat((String[]) core.getProperties().get("heap.backends"))
                    .containsExactly("restricted,secure-video=carveout,twin", "protected,other=nobody");
            Heap heap = Framework.service(Heap.class, "(heap.name=protected,secure-video)");
            Framework.eventually("the carve-out serves again", () -> heap.backend().equals("carveout"));
        } finally {
            core.delete();
            twin.unregister();
        }
    }

    @Test
    void aSwapBetweenCarveOutAndTeeChangesWhoDecrypts() throws Exception {
        Boards.on("lab");
        String report = play("--json", "--swap", "carveout@1s,optee@3s",
                "--picture", directory.resolve("sheet.png").toString());
        assertThat(number(report, "exact")).isEqualTo(125);
        assertThat(number(report, "probes")).isPositive().isEqualTo(number(report, "repelled"));
        assertThat(number(report, "leaked")).isZero();
        assertThat(report).contains("\"backends\":[\"optee\",\"carveout\",\"optee\"]", "\"stillLent\":\"0x0\"",
                "\"decryptedBy\":[\"the content decryption application in OP-TEE 4.10 by FF-A 1.2\",\"the player\"]");
    }

    @Test
    void dialoguesOfTheSecureWorldReachThePanelAsDrawnAndNobodyElse() throws Exception {
        Boards.on("lab");
        String report = run("trusted-ui", new StringWriter(), 0, "--json", "Is it you?", "Really?",
                "--picture", directory.resolve("ui.png").toString());
        assertThat(number(report, "frames")).isEqualTo(2);
        assertThat(number(report, "exact")).isEqualTo(2);
        assertThat(number(report, "probes")).isPositive().isEqualTo(number(report, "repelled"));
        assertThat(number(report, "leaked")).isZero();
        assertThat(report).contains("\"blackWhenTapped\":true", "\"stillLent\":\"0x0\"");
        assertThat(directory.resolve("ui.png")).isNotEmptyFile();
    }

    @Test
    void aSwapEveryHalfSecondLosesNothing() throws Exception {
        Boards.on("lab");
        String report = play("--json", "--picture", directory.resolve("sheet.png").toString(), "--swap",
                IntStream.rangeClosed(1, 9).mapToObj(i -> (i % 2 == 0 ? "optee@" : "carveout@") + i * 500 + "ms")
                        .collect(Collectors.joining(",")));
        assertThat(number(report, "frames")).isEqualTo(125);
        assertThat(number(report, "exact")).isEqualTo(125);
        assertThat(number(report, "swaps")).isEqualTo(9);
        assertThat(number(report, "probes")).isPositive().isEqualTo(number(report, "repelled"));
        assertThat(number(report, "leaked")).isZero();
    }

    @Test
    void aSwapThroughAllLeavesOutWhoseMemoryNobodyCanFill() throws Exception {
        Boards.on("lab");
        var said = new StringWriter();
        String report = play(said, 0, "--json", "--swap", "all@500ms",
                "--picture", directory.resolve("sheet.png").toString());
        assertThat(number(report, "exact")).isEqualTo(125);
        assertThat(number(report, "swaps")).isEqualTo(9);
        assertThat(number(report, "probes")).isPositive().isEqualTo(number(report, "repelled"));
        assertThat(number(report, "leaked")).isZero();
        assertThat(report).contains("\"carveout\",\"optee\",\"carveout\"", "\"stillLent\":\"0x0\"")
                .doesNotContain("mtk");
        assertThat(said.toString()).contains("mtk is left out: OP-TEE does not know its memory");
    }

    @Test
    void aSwapToMemoryThatNobodyCanFillIsRefusedBeforeTheClipBegins() throws Exception {
        Boards.on("lab");
        var said = new StringWriter();
        assertThat(play(said, 2, "--swap", "mtk@1s", "--picture", directory.resolve("sheet.png").toString())).isEmpty();
        assertThat(said.toString()).contains("mtk: OP-TEE does not know its memory; those that can on board lab are"
                + " carveout, optee");
        assertThat(directory.resolve("sheet.png")).doesNotExist();
    }

    /** Serves what another backend serves, under an id of its own. */
    private record Twin(HeapBackend other) implements HeapBackend {
        @Override
        public String id() {
            return "twin";
        }

        @Override
        public List<PoolOffer> offers() {
            return other.offers();
        }

        @Override
        public Pool open(PoolOffer offer) {
            return other.open(offer);
        }
    }

    @Test
    void theSamplePlaysExactlyInMemoryThatTheSecureProcessorProtects() throws Exception {
        Boards.on("amd-laptop");
        Framework.service(CodecDriver.class, null);
        Framework.reference(DisplayDriver.class, null);
        String report = play("--json", "--picture", directory.resolve("sheet.png").toString());
        assertThat(number(report, "exact")).isEqualTo(125);
        assertThat(number(report, "probes")).isPositive().isEqualTo(number(report, "repelled"));
        assertThat(number(report, "leaked")).isZero();
        assertThat(report).contains("\"backends\":[\"amdtee\"]").contains("AMD-TEE");
    }

    @Test
    void theSamplePlaysExactlyInEncryptedMemoryWithoutATee() throws Exception {
        Boards.on("amd-laptop-no-tee");
        Framework.service(CodecDriver.class, null);
        Framework.reference(DisplayDriver.class, null);
        String report = play("--json", "--heap", "encrypted,secure-video",
                "--picture", directory.resolve("sheet.png").toString());
        assertThat(number(report, "exact")).isEqualTo(125);
        assertThat(number(report, "probes")).isPositive().isEqualTo(number(report, "repelled"));
        assertThat(number(report, "ciphertext")).isPositive();
        assertThat(number(report, "leaked")).isZero();
        assertThat(report).contains("\"backends\":[\"tmz\"]");
    }

    @ParameterizedTest
    @CsvSource({"virt-optee, OPTEE_FFA", "virt-optee-smc, OPTEE_SMC", "virt-optee-static, OPTEE_STATIC"})
    void whatWasRecordedOfARunIsReplayedWithoutADifference(String name, String model) throws Exception {
        Path trace = directory.resolve("run.trace");
        Configuration firmware = Framework.configuration("org.cloister.emulator.optee");
        firmware.update(Framework.properties(Map.of("trace", trace.toString())));
        try {
            Boards.on(name);
            play("--picture", directory.resolve("sheet.png").toString());
            switchOff();
        } finally {
            firmware.delete();
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

    private static String play(String... arguments) {
        return play(new StringWriter(), 0, arguments);
    }

    private static String play(StringWriter said, int expected, String... arguments) {
        return run("play", said, expected, arguments);
    }

    @SuppressWarnings("rawtypes") // a service object of a generic type
    private static String run(String name, StringWriter said, int expected, String... arguments) {
        Framework.await(() -> Framework.bundle("org.cloister.player").getBundleContext()
                .getServiceReference("org.cloister.player.internal.BenchFinder"));
        ServiceReference<Callable> reference = Framework.reference(Callable.class, "(cloister.command=" + name + ")");
        ServiceObjects<Callable> commands = Framework.context().getServiceObjects(reference);
        Callable command = commands.getService();
        var out = new StringWriter();
        try {
            int status = new CommandLine(command).setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(said, true)).execute(arguments);
            assertThat(status).as("exit status; %s%s", out, said).isEqualTo(expected);
        } finally {
            commands.ungetService(command);
        }
        return out.toString();
    }

    private static long number(String json, String key) {
        Matcher found = Pattern.compile("\"" + key + "\":(\\d+)").matcher(json);
        assertThat(found.find()).as("%s in %s", key, json).isTrue();
        return Long.parseLong(found.group(1));
    }
}
