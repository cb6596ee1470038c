// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloister.driver.bench.TestBoard;
import org.cloister.driver.display.DisplayOutput;
import org.cloister.driver.display.DisplayPlane;
import org.cloister.driver.display.Layer;
import org.cloister.driver.display.OutputEvent;
import org.cloister.driver.display.PlaneState;
import org.cloister.emulator.devices.Panel;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.platform.BusFault;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene.Area;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Planes on a real board: what is trusted lies above, and what is restricted is seen on protected pipes only. */
class TrustedPlaneTest {
    private static final PictureFormat ONE_PIXEL =
            new PictureFormat(PixelFormat.XRGB8888, 1, 1, ColourCoding.BT601_LIMITED);
    private static final Area CORNER = new Area(0, 0, 4, 4);

    private final TestBoard board = new TestBoard().serveVideo();
    private final BlockingQueue<OutputEvent> events = new LinkedBlockingQueue<>();
    private final DisplayDriverComponent driver = new DisplayDriverComponent(board.display(),
            board.core().heaps("driver"), board.core().importers("driver"), TestBoard.VIDEO,
            TestBoard.PATIENCE,
            List.of(events::add));
    private final DisplayOutput builtIn = driver.outputs().getFirst();
    private final DisplayOutput connector = driver.outputs().getLast();
    private final DisplayPlane trusted = builtIn.plane(DisplayPlane.Kind.TRUSTED_UI);
    private final DisplayPlane primary = builtIn.plane(DisplayPlane.Kind.PRIMARY);
    private final Panel panel = board.display().panels().getFirst();

    @AfterEach
    void switchOff() {
        driver.close();
        board.close();
    }

    @Test
    void liesAboveThePrimaryPlaneWhateverThatShows() {
        try (DmaBuf dialogue = dialogue(0x11); DmaBuf first = video(0x22); DmaBuf second = video(0x33)) {
            shown(primary.flip(layers(first, whole()), List.of()));
            shown(trusted.flip(layers(dialogue, CORNER), List.of()));
            assertThat(List.of(pixel(1, 1), pixel(8, 8))).containsExactly(0x11, 0x22);
            shown(primary.flip(layers(second, whole()), List.of()));
            assertThat(List.of(pixel(1, 1), pixel(8, 8))).containsExactly(0x11, 0x33);
            shown(trusted.flip(List.of(), List.of()));
            assertThat(List.of(pixel(1, 1), pixel(8, 8))).containsExactly(0x33, 0x33);
            assertThat(List.of(primary.state(), trusted.state())).containsExactly(PlaneState.SHOWN, PlaneState.OFF);
        }
    }

    @Test
    void takesNoMemoryButThatForTrustedInterfaces() {
        for (String heap : List.of(TestBoard.VIDEO, TestBoard.NORMAL)) {
            try (DmaBuf buffer = allocate(heap)) {
                refused(HeapError.NOT_PERMITTED, trusted, List.of(new Layer(buffer, ONE_PIXEL, CORNER)));
            }
        }
        try (DmaBuf dialogue = dialogue(1)) {
            refused(HeapError.NOT_PERMITTED, primary, layers(dialogue, CORNER));
            Layer layer = new Layer(dialogue, ONE_PIXEL, CORNER);
            refused(HeapError.INVALID_ARGUMENT, trusted, List.of(layer, layer));
        }
        assertThat(trusted.state()).isEqualTo(PlaneState.OFF);
    }

    @Test
    void isOutOfReachOfTheNormalWorld() {
        try (DmaBuf dialogue = dialogue(0x44)) {
            long address = address(dialogue);
            for (Access access : List.of(Access.READ, Access.WRITE)) {
                assertThatExceptionOfType(HeapException.class)
                        .isThrownBy(() -> dialogue.map(access, Duration.ZERO).close())
                        .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.CPU_ACCESS_DENIED));
            }
            for (String initiator : List.of("cpu", "gpu", "video-decoder")) {
                assertThatExceptionOfType(BusFault.class).isThrownBy(() -> board.memory(initiator).readInt(address));
                assertThatExceptionOfType(BusFault.class).isThrownBy(() -> board.memory(initiator).writeInt(address, 0));
            }
            assertThatExceptionOfType(BusFault.class).isThrownBy(() -> board.memory("display").writeInt(address, 0));
            shown(trusted.flip(layers(dialogue, CORNER), List.of()));
            assertThat(pixel(1, 1)).isEqualTo(0x44);
        }
    }

    @Test
    void restrictedLayersOnAPipeThatIsNotProtectedAreBlackAndAnEvent() throws InterruptedException {
        DisplayPlane open = connector.plane(DisplayPlane.Kind.PRIMARY);
        try (DmaBuf video = video(0x55); DmaBuf normal = allocate(TestBoard.NORMAL)) {
            normal.write(0, MemorySegment.ofArray(new byte[] {0x66, 0, 0, 0}));
            shown(open.flip(layers(normal, new Area(0, 0, 64, 64)), List.of()));
            failed(open.flip(layers(video, new Area(0, 0, 64, 64)), List.of()), HeapError.NOT_PERMITTED);

            assertThat(open.state()).isEqualTo(PlaneState.BLACK);
            assertThat(rgb(board.display().panels().getLast(), 1, 1)).isZero();
            assertThat(events.poll(60, TimeUnit.SECONDS)).isInstanceOfSatisfying(OutputEvent.Blackened.class, event -> {
                assertThat(event.output()).isEqualTo("display-external");
                assertThat(event.plane()).isEqualTo(DisplayPlane.Kind.PRIMARY);
                assertThat(event.reason().error()).isEqualTo(HeapError.NOT_PERMITTED);
            });
            assertThat(video.reservation().isIdle(Fence.Usage.BOOKKEEP)).isTrue();
            shown(open.flip(layers(normal, new Area(0, 0, 64, 64)), List.of()));
            assertThat(rgb(board.display().panels().getLast(), 1, 1)).isEqualTo(0x66);
        }
    }

    @Test
    void aPipeThatLosesItsProtectionIsBlackAtOnceUntilItIsBack() throws InterruptedException {
        try (DmaBuf dialogue = dialogue(0x77); DmaBuf video = video(0x78)) {
            shown(primary.flip(layers(video, whole()), List.of()));
            shown(trusted.flip(layers(dialogue, CORNER), List.of()));
            Panel.Clip thief = panel.tap();
            assertThat(List.of(pixel(1, 1), pixel(8, 8))).containsExactly(0, 0);
            assertThat(events.poll(60, TimeUnit.SECONDS))
                    .isEqualTo(new OutputEvent.ProtectionChanged("display", false));
            failed(primary.flip(layers(video, whole()), List.of()), HeapError.NOT_PERMITTED);
            failed(trusted.flip(layers(dialogue, CORNER), List.of()), HeapError.NOT_PERMITTED);
            assertThat(List.of(pixel(1, 1), pixel(8, 8))).containsExactly(0, 0);
            assertThat(List.of(primary.state(), trusted.state())).containsExactly(PlaneState.BLACK, PlaneState.BLACK);
            assertThat(builtIn.isProtected()).isFalse();

            thief.close();
            assertThat(builtIn.isProtected()).isTrue();
            assertThat(pixel(8, 8)).isZero();
            shown(primary.flip(layers(video, whole()), List.of()));
            assertThat(pixel(8, 8)).isEqualTo(0x78);
        }
    }

    @Test
    void aFlipThatWaitsWhenProtectionIsLostIsBlackToo() {
        Fence writer = new Fence("the writer of the test");
        try (DmaBuf video = video(0x79)) {
            video.reservation().add(writer, Fence.Usage.WRITE);
            Fence shown = primary.flip(layers(video, whole()), List.of());
            try (Panel.Clip _ = panel.tap()) {
                writer.signal();
                failed(shown, HeapError.NOT_PERMITTED);
                assertThat(pixel(8, 8)).isZero();
            }
        }
    }

    /** What a fence is for: the panel never shows half of what a late producer writes. */
    @Test
    void aLateProducerKeepsTheOldPictureAndTearsNothing() {
        Fence writer = new Fence("a slow producer");
        try (DmaBuf old = video(0x10); DmaBuf next = video(0x20)) {
            shown(primary.flip(layers(old, whole()), List.of()));
            next.reservation().add(writer, Fence.Usage.WRITE);
            long scenes = panel.shown();
            Fence shown = primary.flip(layers(next, whole()), List.of());
            assertThat(next.reservation().await(Fence.Usage.WRITE, 0)).isZero();
            assertThat(next.reservation().await(Fence.Usage.READ, TimeUnit.MILLISECONDS.toNanos(20))).isZero();
            next.write(0, MemorySegment.ofArray(new byte[] {0x21, 0, 0, 0}));
            assertThat(panel.shown()).isEqualTo(scenes);
            assertThat(List.of(pixel(0, 0), pixel(639, 359))).containsExactly(0x10, 0x10);

            writer.signal();
            shown(shown);
            assertThat(List.of(pixel(0, 0), pixel(639, 359))).containsExactly(0x21, 0x21);
            assertThat(next.reservation().await(Fence.Usage.BOOKKEEP, 0)).isOne();
            assertThat(next.reservation().await(Fence.Usage.BOOKKEEP, 500)).isPositive();
        }
    }

    @Test
    void waitsForWhatItIsToldToAndDropsTheFlipWhenThatFails() {
        Fence due = new Fence("the time of the test");
        Fence never = new Fence("a time that never comes");
        try (DmaBuf video = video(0x31)) {
            Fence shown = primary.flip(layers(video, whole()), List.of(due));
            Fence dropped = primary.flip(List.of(), List.of(never));
            assertThat(shown.await(TimeUnit.MILLISECONDS.toNanos(20))).isZero();
            due.signal();
            shown(shown);
            never.fail(new HeapException(HeapError.CANCELLED, "wait", "the test", "it is over", "nothing"));
            failed(dropped, HeapError.CANCELLED);
            assertThat(List.of(pixel(8, 8), primary.state())).containsExactly(0x31, PlaneState.SHOWN);
        }
    }

    @Test
    void aStoppedDriverClosesItsPlanes() {
        try (DmaBuf video = video(0x32)) {
            shown(primary.flip(layers(video, whole()), List.of()));
            Fence waits = trusted.flip(List.of(), List.of(new Fence("never")));
            driver.close();
            failed(waits, HeapError.CLOSED);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (primary.state() != PlaneState.CLOSED && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertThat(primary.state()).isEqualTo(PlaneState.CLOSED);
            refused(HeapError.CLOSED, primary, List.of());
        }
    }

    private Area whole() {
        return new Area(0, 0, builtIn.width(), builtIn.height());
    }

    private DmaBuf allocate(String heap) {
        return board.core().heaps("client").find(heap).orElseThrow().allocate(64);
    }

    private DmaBuf video(int blue) {
        DmaBuf buffer = allocate(TestBoard.VIDEO);
        buffer.write(0, MemorySegment.ofArray(new byte[] {(byte) blue, 0, 0, 0}));
        return buffer;
    }

    /** What the secure world draws. */
    private DmaBuf dialogue(int blue) {
        DmaBuf buffer = allocate(TestBoard.TRUSTED_UI);
        board.secureMemory().writeInt(address(buffer), blue);
        return buffer;
    }

    private long address(DmaBuf buffer) {
        try (Attachment attachment = board.core().importers("client").attach(buffer, trusted.importer(), Access.READ);
                Mapping mapping = attachment.map(Access.READ, Duration.ofSeconds(60))) {
            SegmentCursor cursor = mapping.cursor();
            assertThat(cursor.next()).isTrue();
            return cursor.address();
        }
    }

    private static List<Layer> layers(DmaBuf buffer, Area area) {
        return List.of(new Layer(buffer, ONE_PIXEL, area));
    }

    private int pixel(int x, int y) {
        return rgb(panel, x, y);
    }

    private static int rgb(Panel panel, int x, int y) {
        return panel.photograph().getRGB(x, y) & 0xffffff;
    }

    private static void shown(Fence fence) {
        assertThat(fence.await(TimeUnit.SECONDS.toNanos(60))).isPositive();
        assertThat(fence.failure()).isEmpty();
    }

    private static void failed(Fence fence, HeapError error) {
        assertThat(fence.await(TimeUnit.SECONDS.toNanos(60))).isPositive();
        assertThat(fence.failure().orElseThrow().error()).isEqualTo(error);
    }

    private static void refused(HeapError error, DisplayPlane plane, List<Layer> layers) {
        assertThatExceptionOfType(HeapException.class).isThrownBy(() -> plane.flip(layers, List.of()))
                .satisfies(e -> assertThat(e.error()).isEqualTo(error));
    }
}
