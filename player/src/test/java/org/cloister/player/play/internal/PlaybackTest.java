// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.imageio.ImageIO;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.cloister.driver.bench.TestBoard;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.PixelFormat;
import org.cloister.player.clip.internal.ClipException;
import org.cloister.player.clip.internal.Clips;
import org.cloister.player.clip.internal.ContentKeys;
import org.cloister.player.clip.internal.FrameReference;
import org.cloister.player.play.internal.SwapPlan.Step;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaybackTest {
    private static final ContentKeys SAMPLE_KEY = ContentKeys.parse(List.of(Clips.SAMPLE_KEY));
    private static final ContentKeys KEY = ContentKeys.parse(List.of(Clips.KEY));

    @TempDir
    private Path directory;

    private PlayerBoard player = new PlayerBoard();

    @AfterEach
    void switchOff() {
        player.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sample-fragmented.mp4", "sample-progressive.mp4"})
    void playsTheSampleBitExactAndRepelsEveryAttack(String clip) throws IOException {
        PlayReport report = player.play(Clips.path(clip), SAMPLE_KEY, reference("sample"), picture());

        assertThat(report.holds()).as("%s", report).isTrue();
        assertThat(report.frames()).isEqualTo(125);
        assertThat(report.verdict().orElseThrow().exact()).isEqualTo(125);
        assertThat(report.probes()).isGreaterThan(125 * 10).isEqualTo(report.repelled());
        assertThat(report.attackers()).containsOnlyKeys("API", "cpu", "crypto", "display", "display-external", "gpu");
        assertThat(report.leaked()).isZero();
        assertThat(report.backends()).hasSize(1);
        assertThat(report.scheme()).contains("cenc");
        assertThat(player.board.soc().faults().count()).as("nobody but attackers caused faults").isEqualTo(
                report.probes() - report.attackers().get("API"));
        BufferedImage sheet = ImageIO.read(picture().toFile());
        assertThat(sheet.getWidth()).isEqualTo(4 * 324 - 4);
        assertThat(distinctColours(sheet)).isGreaterThan(50);
    }

    @ParameterizedTest
    @CsvSource({
        "h264-high-bframes.mp4, h264-high-bframes, I420",
        "h264-clear.mp4,        h264-clear,        I420",
        "hevc-cenc.mp4,         hevc-cenc,         I420",
        "hevc-main10.mp4,       hevc-main10,       I420_10",
    })
    void playsOtherCodecsAndProfilesBitExact(String clip, String reference, PixelFormat pixels) {
        PlayReport report = player.play(Clips.path(clip), KEY, reference(reference), picture());

        assertThat(report.holds()).as("%s", report).isTrue();
        assertThat(report.frames()).isEqualTo(25);
        assertThat(report.format().pixels()).isEqualTo(pixels);
    }

    @Test
    void showsNoPictureBeforeItsTime() {
        PlayReport report = player.playInRealTime(
                Clips.path("h264-high-bframes.mp4"), KEY, reference("h264-high-bframes"), picture());

        assertThat(report.holds()).as("%s", report).isTrue();
        assertThat(report.frames()).isEqualTo(25);
        assertThat(Duration.ofNanos(report.nanos())).isGreaterThanOrEqualTo(Duration.ofMillis(24 * 40));
    }

    @Test
    void playsWithoutAReference() {
        PlayReport report = player.play(Clips.path("h264-high-bframes.mp4"), KEY, Optional.empty(), picture());

        assertThat(report.verdict()).isEmpty();
        assertThat(report.holds()).isTrue();
    }

    @Test
    void aPictureThatDiffersIsFound() {
        List<FrameReference.Frame> frames = new ArrayList<>(reference("sample").orElseThrow().frames());
        frames.set(17, new FrameReference.Frame(frames.get(17).size(), "0".repeat(32)));
        PlayReport report = player.play(Clips.path("sample-progressive.mp4"), SAMPLE_KEY,
                Optional.of(new FrameReference("test", frames)), picture());

        assertThat(report.verdict().orElseThrow().exact()).isEqualTo(124);
        assertThat(report.verdict().orElseThrow().firstWrong()).hasValue(17);
        assertThat(report.holds()).isFalse();
    }

    @Test
    void picturesThatAreMissingAreFound() {
        List<FrameReference.Frame> frames = new ArrayList<>(reference("sample").orElseThrow().frames());
        frames.add(frames.getLast());
        PlayReport report = player.play(Clips.path("sample-progressive.mp4"), SAMPLE_KEY,
                Optional.of(new FrameReference("test", frames)), picture());

        assertThat(report.verdict().orElseThrow().exact()).isEqualTo(125);
        assertThat(report.holds()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sample-fragmented.mp4", "h264-high-bframes.mp4", "hevc-cenc.mp4"})
    void aWrongKeyIsCalledWrong(String clip) {
        String kid = (clip.startsWith("sample") ? Clips.SAMPLE_KEY : Clips.KEY).split(":")[0];
        Random random = new Random(7);
        for (int i = 0; i < 20; i++) {
            byte[] wrong = new byte[16];
            random.nextBytes(wrong);
            ContentKeys keys = ContentKeys.parse(List.of(kid + ":" + HexFormat.of().formatHex(wrong)));

            assertThatExceptionOfType(ClipException.class).as("%d", i)
                    .isThrownBy(() -> player.play(Clips.path(clip), keys, Optional.empty(), picture()))
                    .withMessageStartingWith("Cannot play %s: with the key given for %s ", clip, kid)
                    .withMessageEndingWith("; check the key");
        }
        assertThat(player.bench().heaps().find(TestBoard.VIDEO).orElseThrow().usage().buffers()).isZero();
    }

    @Test
    void aMissingKeyIsAskedFor() {
        assertThatExceptionOfType(ClipException.class)
                .isThrownBy(() -> player.play(Clips.path("hevc-cenc.mp4"), ContentKeys.NONE, Optional.empty(), picture()))
                .withMessageContaining("it is encrypted and no key was given");
        assertThatExceptionOfType(ClipException.class)
                .isThrownBy(() -> player.play(Clips.path("hevc-cenc.mp4"), SAMPLE_KEY, Optional.empty(), picture()))
                .withMessageContaining("it is encrypted with key id 00112233445566778899aabbccddeeff, and the key given"
                        + " is for a7e61c373e219033c21091fa607bf3b8");
    }

    @Test
    void picturesThatNoDecoderWritesAreRefused() {
        assertThatExceptionOfType(HeapException.class)
                .isThrownBy(() -> player.play(Clips.path("h264-444.mp4"), KEY, Optional.empty(), picture()))
                .withMessageContaining("pictures of format yuv444p cannot be written")
                .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.NOT_SUPPORTED));
    }

    @Test
    void aClipThatIsCutOffIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(Clips.path("sample-progressive.mp4"));
        Path cut = Files.write(directory.resolve("cut.mp4"), Arrays.copyOf(whole, whole.length / 2));

        assertThatExceptionOfType(ClipException.class)
                .isThrownBy(() -> player.play(cut, SAMPLE_KEY, reference("sample"), picture()))
                .withMessageContaining("its header is damaged (Invalid data found when processing input)");
        byte[] fragments = Files.readAllBytes(Clips.path("sample-fragmented.mp4"));
        Files.write(cut, Arrays.copyOf(fragments, fragments.length / 2));
        assertThatExceptionOfType(ClipException.class)
                .isThrownBy(() -> player.play(cut, SAMPLE_KEY, reference("sample"), picture()))
                .withMessageContaining("the file is damaged: get a sound copy");
        assertThat(player.bench().heaps().find(TestBoard.VIDEO).orElseThrow().usage().buffers()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        TestBoard.NORMAL + "| importer video-decoder protected pictures: restriction: ",
        TestBoard.UI + "| importer video-decoder protected bitstream: use-case: ",
        TestBoard.UI + "| importer display scan-out: use-case: ",
        TestBoard.DEAF + "| importer video-decoder protected pictures: rights: ",
        TestBoard.DEAF + "| importer display scan-out: rights: ",
    })
    void heapsThatCodecOrDisplayCannotUseAreRefusedByName(String heap, String reason) {
        refused(() -> player.play(Clips.path("hevc-cenc.mp4"), KEY, heap, Optional.empty(), picture()))
                .withMessageContaining("heap " + heap)
                .withMessageContaining("video-decoder protected bitstream, video-decoder protected pictures, ")
                .withMessageContaining("name none, or one that they all can, such as " + TestBoard.VIDEO);
        assertThat(player.said()).contains(heap + ", " + reason);
        assertThat(player.bench().heaps().find(heap).orElseThrow().usage().buffers()).isZero();
    }

    @Test
    void anotherHeapServesWhereThePreferredOneIsMissing() {
        player.close();
        player = new PlayerBoard(new TestBoard().serveOtherVideo());
        PlayReport report = player.playAnywhere(
                Clips.path("sample-fragmented.mp4"), SAMPLE_KEY, reference("sample"), picture());
        assertThat(report.holds()).isTrue();
        assertThat(report.heap()).isEqualTo(TestBoard.OTHER_VIDEO);
        assertThat(player.said()).contains("heap acme,video serves in place of protected,secure-video: no backend");
    }

    @Test
    void importersThatCannotAgreeAreToldWhyHeapByHeap() {
        player.close();
        player = new PlayerBoard(new TestBoard(new DmaLimits(31, 16, 64, 1L << 30)).serveVideo().serveOtherVideo());
        refused(() -> player.playAnywhere(Clips.path("sample-fragmented.mp4"), SAMPLE_KEY, Optional.empty(), picture()))
                .withMessageContaining("all heaps: none of them can be used by all of ");
        String display = "importer display scan-out: address-width: "
                + "the device drives 31 address bits and the heap has addresses of 32";
        assertThat(player.said())
                .contains(TestBoard.VIDEO + ", " + display, TestBoard.OTHER_VIDEO + ", " + display)
                .contains(TestBoard.DEAF + ", importer video-decoder protected pictures: rights: ")
                .contains(TestBoard.NORMAL + ", importer video-decoder protected bitstream: restriction: ")
                .doesNotContain(TestBoard.VIDEO + ", importer video-decoder");
        assertThat(player.bench().heaps().list()).allMatch(heap -> heap.usage().buffers() == 0);
    }

    @Test
    void aBackendWhoseMemoryADeviceDoesNotReachIsNotSwappedTo() {
        player.board.blindVideo();
        assertThatExceptionOfType(ClipException.class)
                .isThrownBy(() -> swap(SwapPlan.parse(TestBoard.BLIND + "@1s")))
                .withMessageContaining("blind: display scan-out: rights: initiator display needs READ")
                .withMessageEndingWith("those that can on board bench are " + TestBoard.MAIN);
        player.board.spareVideo();
        PlayReport report = swap(SwapPlan.parse("all@4s"));
        assertThat(report.holds()).isTrue();
        assertThat(player.said()).contains("blind is left out: display scan-out: rights: ");
    }

    private static ThrowableAssertAlternative<HeapException> refused(ThrowingCallable play) {
        return assertThatExceptionOfType(HeapException.class).isThrownBy(play)
                .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.UNREACHABLE));
    }

    private static List<Arguments> swaps() {
        return List.of(
                Arguments.of(plan(new Step(Duration.ofSeconds(1), TestBoard.SPARE),
                        new Step(Duration.ofSeconds(3), TestBoard.MAIN)), 2),
                Arguments.of(plan(new Step(Duration.ofSeconds(1), TestBoard.MAIN)), 1),
                Arguments.of(SwapPlan.parse("all@500ms"), 9));
    }

    private static SwapPlan plan(Step... steps) {
        return new SwapPlan(List.of(steps), Optional.empty(), false);
    }

    @ParameterizedTest
    @MethodSource("swaps")
    void backendsAreSwappedInMidStream(SwapPlan plan, int swaps) {
        player.board.spareVideo();
        PlayReport report = swap(plan);

        assertThat(report.holds()).as("%s", report).isTrue();
        assertThat(report.verdict().orElseThrow().exact()).isEqualTo(125);
        assertThat(report.swaps()).isEqualTo(swaps);
        assertThat(report.backends()).contains(TestBoard.MAIN, TestBoard.SPARE).hasSize(swaps + 1);
        assertThat(player.said().lines()).hasSize(swaps)
                .allMatch(line -> line.contains(" took " + TestBoard.VIDEO + " over from "));
    }

    @Test
    void whoServesAlreadyIsNotSwapped() {
        PlayReport report = swap(plan(new Step(Duration.ofSeconds(2), TestBoard.MAIN),
                new Step(Duration.ofSeconds(60), TestBoard.MAIN)));

        assertThat(report.holds()).as("%s", report).isTrue();
        assertThat(report.swaps()).isZero();
        assertThat(player.said()).isEqualToNormalizingNewlines("""
                2.000 s: test protected,secure-video serves protected,secure-video already
                the clip was over before 60.000 s, when test protected,secure-video was to take over
                """);
    }

    @Test
    void whoseMemoryNobodyCanFillIsLeftOutOfAll() {
        player.board.spareVideo().sealedVideo();
        PlayReport report = swap(SwapPlan.parse("all@1s"));

        assertThat(report.holds()).as("%s", report).isTrue();
        assertThat(report.swaps()).isEqualTo(4);
        assertThat(report.backends()).containsOnly(TestBoard.MAIN, TestBoard.SPARE).hasSize(5);
        assertThat(report.decryptedBy()).containsExactly("the player");
        assertThat(player.said().lines()).hasSize(5).first().isEqualTo("sealed is left out: the CPU cannot write its"
                + " memory, and there is no trusted OS to decrypt into it");
    }

    @Test
    void memoryThatNobodyCanFillIsRefusedBeforeTheClipBegins() {
        player.board.sealedVideo();
        assertThatExceptionOfType(ClipException.class).isThrownBy(() -> swap(SwapPlan.parse("sealed@1s")))
                .withMessageContaining("sealed: the CPU cannot write its memory, and there is no trusted OS")
                .withMessageEndingWith("those that can on board bench are " + TestBoard.MAIN);
        assertThatExceptionOfType(ClipException.class).isThrownBy(() -> swap(SwapPlan.parse("all@1s")))
                .withMessageContaining("only " + TestBoard.MAIN + " can serve heap " + TestBoard.VIDEO);
        assertThat(picture()).doesNotExist();
        assertThat(player.bench().heaps().find(TestBoard.VIDEO).orElseThrow().usage().buffers()).isZero();
    }

    @Test
    void aHeapThatNobodyOffersIsRefusedWithTheNamesOfThoseThereAre() {
        assertThatExceptionOfType(HeapException.class).isThrownBy(() -> player.play(Clips.path("sample-fragmented.mp4"),
                SAMPLE_KEY, "nosuch", reference("sample"), picture())).satisfies(e -> {
                    assertThat(e.error()).isEqualTo(HeapError.NO_SUCH_HEAP);
                    assertThat(e).hasMessageContaining("no backend offers it").hasMessageContaining(TestBoard.VIDEO)
                            .hasMessageContaining(TestBoard.DEAF);
                });
    }

    @Test
    void plansThatCannotBeCarriedOutAreRefused() {
        assertThatExceptionOfType(ClipException.class).isThrownBy(() -> swap(SwapPlan.parse("nosuch@1s")))
                .withMessageContaining("backend nosuch is not there, or knows nothing of heap " + TestBoard.VIDEO)
                .withMessageEndingWith("those that can on board bench are " + TestBoard.MAIN);
        assertThatExceptionOfType(ClipException.class).isThrownBy(() -> swap(SwapPlan.parse("all@1s")))
                .withMessageContaining("only " + TestBoard.MAIN + " can serve heap " + TestBoard.VIDEO);
        assertThat(player.bench().heaps().find(TestBoard.VIDEO).orElseThrow().usage().buffers()).isZero();
    }

    private PlayReport swap(SwapPlan plan) {
        return player.play(Clips.path("sample-fragmented.mp4"), SAMPLE_KEY, TestBoard.VIDEO, reference("sample"), plan,
                picture());
    }

    private Optional<FrameReference> reference(String name) {
        return Optional.of(FrameReference.read(Clips.path(name + ".framemd5")));
    }

    private Path picture() {
        return directory.resolve("picture.png");
    }

    private static long distinctColours(BufferedImage image) {
        return Arrays.stream(image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()))
                .distinct().count();
    }
}
