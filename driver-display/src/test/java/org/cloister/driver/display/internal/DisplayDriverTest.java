// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloister.driver.bench.TestBoard;
import org.cloister.driver.display.DisplayOutput;
import org.cloister.driver.display.Layer;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene.Area;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The driver on a real board: core, firewall and display are those of the product. */
class DisplayDriverTest {
    private static final String CLIENT = "client";
    private static final String DRIVER = "driver";
    private static final PictureFormat ONE_PIXEL =
            new PictureFormat(PixelFormat.XRGB8888, 1, 1, ColourCoding.BT601_LIMITED);

    private final TestBoard board = new TestBoard();
    private final DisplayDriverComponent driver = new DisplayDriverComponent(board.display(),
            board.core().heaps(DRIVER), board.core().importers(DRIVER), TestBoard.VIDEO,
            TestBoard.PATIENCE,
            List.of(event -> {
                throw new IllegalStateException("a listener of the test");
            }));
    private final DisplayOutput builtIn = driver.outputs().getFirst();
    private final DisplayOutput connector = driver.outputs().getLast();

    @AfterEach
    void switchOff() {
        driver.close();
        board.close();
    }

    @Test
    void showsRestrictedPicturesOnTheProtectedPipe() {
        board.serveVideo();
        try (DmaBuf buffer = picture(TestBoard.VIDEO, 0x10)) {
            assertShown(builtIn.flip(List.of(layer(buffer))));

            assertThat(pixel(0)).isEqualTo(0x10);
            assertThat(buffer.reservation().isIdle(Fence.Usage.BOOKKEEP)).isTrue();
        }
        assertThat(heap(TestBoard.VIDEO).usage().buffers()).isZero();
    }

    @Test
    void showsNormalPicturesOnBothPipes() {
        try (DmaBuf buffer = picture(TestBoard.NORMAL, 0x20)) {
            assertShown(builtIn.flip(List.of(layer(buffer))));
            assertShown(connector.flip(List.of(layer(buffer))));

            assertThat(pixel(0)).isEqualTo(0x20);
            assertThat(pixel(1)).isEqualTo(0x20);
        }
    }

    @Test
    void keepsABufferThatItsClientHasClosed() {
        board.serveVideo();
        Fence writer = new Fence("the writer of the test");
        Fence shown;
        try (DmaBuf buffer = picture(TestBoard.VIDEO, 0x30)) {
            buffer.reservation().add(writer, Fence.Usage.WRITE);
            shown = builtIn.flip(List.of(layer(buffer)));
        }
        assertThat(heap(TestBoard.VIDEO).usage().buffers()).isOne();
        writer.signal();
        assertShown(shown);

        assertThat(pixel(0)).isEqualTo(0x30);
        assertThat(heap(TestBoard.VIDEO).usage().buffers()).isZero();
    }

    @Test
    void refusesPicturesThatAreNotForIt() {
        board.serveVideo();
        assertRefused(HeapError.NOT_PERMITTED, "trusted-ui", builtIn, TestBoard.TRUSTED_UI);
        assertRefused(HeapError.NOT_PERMITTED, "secure-video-record", builtIn, TestBoard.UI);
        assertRefused(HeapError.UNREACHABLE, "display", builtIn, TestBoard.DEAF);
    }

    @Test
    void aRefusedLayerLeavesNothingAttached() {
        board.serveVideo();
        try (DmaBuf good = picture(TestBoard.VIDEO, 0x40); DmaBuf bad = picture(TestBoard.UI, 0x41)) {
            assertThatExceptionOfType(HeapException.class)
                    .isThrownBy(() -> builtIn.flip(List.of(layer(good), layer(bad))));
            assertThat(good.reservation().isIdle(Fence.Usage.BOOKKEEP)).isTrue();
        }
        assertThat(heap(TestBoard.VIDEO).usage().buffers()).isZero();
        assertThat(heap(TestBoard.UI).usage().buffers()).isZero();
    }

    @Test
    void waitsForWritersAndShowsInOrder() throws InterruptedException {
        Fence writer = new Fence("the writer of the test");
        try (DmaBuf late = picture(TestBoard.NORMAL, 1); DmaBuf early = picture(TestBoard.NORMAL, 2)) {
            late.reservation().add(writer, Fence.Usage.WRITE);
            Fence first = builtIn.flip(List.of(layer(late)));
            Fence second = builtIn.flip(List.of(layer(early)));
            assertThat(second.await(TimeUnit.MILLISECONDS.toNanos(50))).isZero();
            assertThat(early.reservation().pending(Fence.Usage.READ)).containsExactly(second);
            List<Integer> order = Collections.synchronizedList(new ArrayList<>());
            first.onSignal(() -> order.add(pixel(0)));
            CountDownLatch both = new CountDownLatch(1);
            second.onSignal(() -> {
                order.add(pixel(0));
                both.countDown();
            });

            writer.signal();
            assertThat(both.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(order).containsExactly(1, 2);
        }
    }

    @Test
    void dropsAFlipWhoseWriterFailed() {
        HeapException cause = new HeapException(HeapError.CANCELLED, "decode", "this", "of the test", "nothing");
        try (DmaBuf buffer = picture(TestBoard.NORMAL, 7)) {
            Fence writer = new Fence("the writer of the test");
            buffer.reservation().add(writer, Fence.Usage.WRITE);
            Fence shown = builtIn.flip(List.of(layer(buffer)));
            writer.fail(cause);

            assertFailed(shown, HeapError.CANCELLED);
            assertThat(board.display().panels().getFirst().shown()).isZero();
        }
    }

    @Test
    void noLayerMakesThePanelBlack() {
        try (DmaBuf buffer = picture(TestBoard.NORMAL, 7)) {
            assertShown(builtIn.flip(List.of(layer(buffer))));
        }
        assertShown(builtIn.flip(List.of()));

        assertThat(pixel(0)).isZero();
    }

    @Test
    void refusesLayersThatCannotBeShown() {
        try (DmaBuf buffer = picture(TestBoard.NORMAL, 7)) {
            Layer outside = new Layer(buffer, ONE_PIXEL, new Area(builtIn.width(), 0, 1, 1));
            assertRefused(HeapError.INVALID_ARGUMENT, "leaves the panel", outside);
            PictureFormat large = new PictureFormat(PixelFormat.I420, 640, 360, ColourCoding.BT601_LIMITED);
            assertRefused(HeapError.OUT_OF_BOUNDS, "is not in a buffer of 4096 bytes",
                    new Layer(buffer, large, new Area(0, 0, 1, 1)));
            Layer[] many = Collections.nCopies(builtIn.maxLayers() + 1, layer(buffer)).toArray(Layer[]::new);
            assertRefused(HeapError.INVALID_ARGUMENT, "there are 5 layers and the plane has 4", many);
        }
    }

    @Test
    void refusesMoreFlipsThanMayWait() {
        Fence writer = new Fence("the writer of the test");
        try (DmaBuf buffer = picture(TestBoard.NORMAL, 7)) {
            buffer.reservation().add(writer, Fence.Usage.WRITE);
            Fence last = builtIn.flip(List.of(layer(buffer)));
            for (int i = 1; i < DisplayOutput.QUEUE_DEPTH; i++) {
                last = builtIn.flip(List.of());
            }
            assertRefused(HeapError.BUSY, "32 flips are waiting already", layer(buffer));
            writer.signal();
            assertShown(last);
            assertShown(builtIn.flip(List.of()));
        }
    }

    @Test
    void aFlipOfARevokedBufferFailsAndOthersGoOn() {
        board.serveVideo();
        Fence writer = new Fence("the writer of the test");
        try (DmaBuf buffer = picture(TestBoard.VIDEO, 7)) {
            buffer.reservation().add(writer, Fence.Usage.WRITE);
            Fence shown = builtIn.flip(List.of(layer(buffer)));
            Fence black = builtIn.flip(List.of());
            board.withdrawVideo();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (buffer.state() != BufferState.REVOKED && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            writer.signal();

            assertFailed(shown, HeapError.REVOKED);
            assertShown(black);
        }
    }

    @Test
    void aBoardThatGoesOffFailsFlips() {
        Fence writer = new Fence("the writer of the test");
        try (DmaBuf buffer = picture(TestBoard.NORMAL, 7)) {
            buffer.reservation().add(writer, Fence.Usage.WRITE);
            Fence shown = builtIn.flip(List.of(layer(buffer)));
            board.display().close();
            writer.signal();

            assertFailed(shown, HeapError.CLOSED);
        }
    }

    @Test
    void aStoppedDriverDropsWhatWaitsAndRefusesMore() {
        try (DmaBuf buffer = picture(TestBoard.NORMAL, 7)) {
            buffer.reservation().add(new Fence("a writer that never is done"), Fence.Usage.WRITE);
            Fence shown = builtIn.flip(List.of(layer(buffer)));
            driver.close();

            assertFailed(shown, HeapError.CLOSED);
            assertRefused(HeapError.CLOSED, "the driver has stopped", layer(buffer));
        }
    }

    @Test
    void isThereBeforeItsHeapAndSaysWhatItWaitsFor() {
        assertThat(driver.readiness().ready()).isFalse();
        assertThat(driver.readiness().text()).startsWith("waiting for heap " + TestBoard.VIDEO);
        board.serveVideo();
        assertThat(driver.readiness().ready()).isTrue();
    }

    private DmaBuf picture(String heap, int blue) {
        DmaBuf buffer = heap(heap).allocate(64);
        if (buffer.record().useCase() != UseCase.TRUSTED_UI) {
            buffer.write(0, MemorySegment.ofArray(new byte[] {(byte) blue, 0, 0, 0}));
        }
        return buffer;
    }

    private static Layer layer(DmaBuf buffer) {
        return new Layer(buffer, ONE_PIXEL, new Area(0, 0, 2, 2));
    }

    private int pixel(int panel) {
        return board.display().panels().get(panel).photograph().getRGB(1, 1) & 0xffffff;
    }

    private Heap heap(String name) {
        return board.core().heaps(CLIENT).find(name).orElseThrow();
    }

    private static void assertShown(Fence fence) {
        assertThat(fence.await(TimeUnit.SECONDS.toNanos(60))).isPositive();
        assertThat(fence.failure()).isEmpty();
    }

    private static void assertFailed(Fence fence, HeapError error) {
        assertThat(fence.await(TimeUnit.SECONDS.toNanos(60))).isPositive();
        assertThat(fence.failure().orElseThrow().error()).isEqualTo(error);
    }

    private void assertRefused(HeapError error, String why, DisplayOutput output, String heap) {
        try (DmaBuf buffer = picture(heap, 1)) {
            assertThatExceptionOfType(HeapException.class).isThrownBy(() -> output.flip(List.of(layer(buffer))))
                    .withMessageContaining(why)
                    .satisfies(e -> assertThat(e.error()).isEqualTo(error));
        }
    }

    private void assertRefused(HeapError error, String why, Layer... layers) {
        assertThatExceptionOfType(HeapException.class).isThrownBy(() -> builtIn.flip(List.of(layers)))
                .withMessageContaining(why)
                .satisfies(e -> assertThat(e.error()).isEqualTo(error));
    }
}
