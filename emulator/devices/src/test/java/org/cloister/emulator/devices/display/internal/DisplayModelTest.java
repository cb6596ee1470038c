// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.display.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.awt.image.BufferedImage;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloister.emulator.devices.Panel;
import org.cloister.emulator.devices.internal.FakeMemory;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.DisplayEvent;
import org.cloister.platform.device.DisplayPipe;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene;
import org.cloister.platform.device.Scene.Area;
import org.cloister.platform.device.Scene.Plane;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DisplayModelTest {
    private static final long FRAME = 0x1000;
    private static final int RED = 0xfe0000;

    private final FakeMemory memory = new FakeMemory("display", 1 << 16).grant(FRAME, 0x8000, Access.READ);
    private final DisplayModel display = new DisplayModel(new DmaLimits(32, 16, 4, 1 << 20),
            List.of(new DisplayModel.PipePlan("/soc/display@0", memory, true, 16, 8)));
    private final DisplayPipe pipe = display.pipes().getFirst();
    private final Panel panel = display.panels().getFirst();
    private final BlockingQueue<DisplayEvent> events = new LinkedBlockingQueue<>();

    @AfterEach
    void takeOff() {
        display.close();
    }

    @ParameterizedTest
    @EnumSource
    void showsEveryFormat(PixelFormat pixels) throws InterruptedException {
        PictureFormat format = format(pixels, 4, 2);
        memory.put(FRAME, red(format));

        assertThat(show(plane(format, new Area(4, 2, 8, 4)))).isEqualTo(new DisplayEvent.Shown(1, 1));
        BufferedImage photograph = panel.photograph();
        for (int y = 0; y < 8; y++) {
            for (int x = 0; x < 16; x++) {
                boolean inside = x >= 4 && x < 12 && y >= 2 && y < 6;
                assertThat(photograph.getRGB(x, y) & 0xffffff).as("%d,%d", x, y).isEqualTo(inside ? RED : 0);
            }
        }
    }

    @Test
    void scalesToTheDestination() throws InterruptedException {
        PictureFormat format = format(PixelFormat.XRGB8888, 2, 2);
        memory.put(FRAME, new byte[] {1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0});

        show(plane(format, new Area(0, 0, 16, 8)));
        BufferedImage photograph = panel.photograph();
        assertThat(List.of(photograph.getRGB(0, 0), photograph.getRGB(15, 0), photograph.getRGB(0, 7),
                photograph.getRGB(8, 4))).extracting(rgb -> rgb & 0xffffff).containsExactly(1, 2, 3, 4);
    }

    @Test
    void laterPlanesLieAbove() throws InterruptedException {
        PictureFormat format = format(PixelFormat.XRGB8888, 1, 1);
        memory.put(FRAME, new byte[] {1, 0, 0, 0});
        memory.put(FRAME + 0x1000, new byte[] {2, 0, 0, 0});

        show(plane(format, new Area(0, 0, 4, 4)),
                new Plane(format, List.of(new MemoryRange(FRAME + 0x1000, 16)), new Area(2, 2, 4, 4)));
        BufferedImage photograph = panel.photograph();
        assertThat(photograph.getRGB(1, 1) & 0xff).isEqualTo(1);
        assertThat(photograph.getRGB(2, 2) & 0xff).isEqualTo(2);
        assertThat(photograph.getRGB(6, 6) & 0xff).isZero();
    }

    @Test
    void keepsItsPictureUntilTheNext() throws InterruptedException {
        PictureFormat format = format(PixelFormat.XRGB8888, 1, 1);
        memory.put(FRAME, new byte[] {9, 9, 9, 0});
        show(plane(format, new Area(0, 0, 16, 8)));
        memory.put(FRAME, new byte[4]);

        assertThat(panel.photograph().getRGB(3, 3) & 0xffffff).isEqualTo(0x090909);
        show();
        assertThat(panel.photograph().getRGB(3, 3) & 0xffffff).isZero();
        assertThat(panel.shown()).isEqualTo(2);
    }

    @Test
    void aPhotographIsACopy() throws InterruptedException {
        BufferedImage before = panel.photograph();
        before.setRGB(0, 0, RED);
        PictureFormat format = format(PixelFormat.XRGB8888, 1, 1);
        memory.put(FRAME, new byte[] {9, 9, 9, 0});
        show(plane(format, new Area(0, 0, 1, 1)));

        assertThat(before.getRGB(0, 0) & 0xffffff).isEqualTo(RED);
        assertThat(panel.photograph().getRGB(0, 0) & 0xffffff).isEqualTo(0x090909);
    }

    @Test
    void aPlaneThatIsBlockedIsBlack() throws InterruptedException {
        PictureFormat format = format(PixelFormat.XRGB8888, 1, 1);
        memory.put(FRAME, new byte[] {9, 9, 9, 0});
        memory.put(0xa000, new byte[] {7, 7, 7, 0});
        DisplayEvent event = show(plane(format, new Area(0, 0, 4, 4)),
                new Plane(format, List.of(new MemoryRange(0xa000, 16)), new Area(2, 2, 4, 4)));

        assertThat(event).isInstanceOfSatisfying(DisplayEvent.Blocked.class, blocked -> {
            assertThat(blocked.plane()).isEqualTo(1);
            assertThat(blocked.fault().address()).isEqualTo(0xa000);
            assertThat(blocked.fault().initiator()).isEqualTo(pipe.initiator());
        });
        BufferedImage photograph = panel.photograph();
        assertThat(photograph.getRGB(0, 0) & 0xffffff).isEqualTo(0x090909);
        assertThat(photograph.getRGB(2, 2) & 0xffffff).isZero();
        assertThat(photograph.getRGB(4, 4) & 0xffffff).isZero();
    }

    @Test
    void analysersSeeWhatWasFetchedAndNothingThatWasBlocked() throws InterruptedException {
        PictureFormat format = format(PixelFormat.I420, 4, 2);
        memory.put(FRAME, red(format));
        List<byte[]> seen = Collections.synchronizedList(new ArrayList<>());
        Panel.Clip broken = panel.analyse(picture -> {
            throw new IllegalStateException("an analyser of the test");
        });
        Panel.Clip clip = panel.analyse(picture -> {
            assertThat(picture.format()).isEqualTo(format);
            assertThat(picture.content().isReadOnly()).isTrue();
            seen.add(picture.content().toArray(ValueLayout.JAVA_BYTE));
        });

        show(plane(format, new Area(0, 0, 4, 2)));
        show(new Plane(format, List.of(new MemoryRange(0xa000, 16)), new Area(0, 0, 4, 2)));
        clip.close();
        clip.close();
        broken.close();
        show(plane(format, new Area(0, 0, 4, 2)));

        assertThat(seen).containsExactly(red(format));
    }

    @Test
    void refusesScenesThatItCannotShow() {
        PictureFormat format = format(PixelFormat.I420, 4, 2);
        Area area = new Area(0, 0, 4, 2);
        assertRefused("%s leaves the panel of 16x8".formatted(new Area(15, 0, 2, 2)), plane(format, new Area(15, 0, 2, 2)));
        assertRefused("a picture of 4x2 I420 does not fit into 11 bytes",
                new Plane(format, List.of(new MemoryRange(FRAME, 11)), area));
        assertRefused("cannot follow", new Plane(format, List.of(), area));
        assertRefused("cannot follow", new Plane(format, List.of(new MemoryRange(FRAME + 1, 16)), area));
        assertRefused("it has 5 planes and the pipe 4", Collections.nCopies(5, plane(format, area)).toArray(Plane[]::new));
    }

    @Test
    void refusesMoreScenesThanItsQueueHolds() throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(1);
        pipe.show(0, Scene.BLACK, event -> await(blocked));
        assertThatExceptionOfType(HeapException.class).isThrownBy(() -> {
            for (int i = 0; i <= DisplayPipe.QUEUE_DEPTH + 1; i++) {
                pipe.show(i, Scene.BLACK, events::add);
            }
        }).withMessageContaining("8 scenes are waiting already");
        blocked.countDown();
        assertThat(events.poll(60, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void aBoardThatGoesOffGivesUpWhatWaits() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(1);
        pipe.show(0, Scene.BLACK, event -> {
            entered.countDown();
            await(blocked);
        });
        assertThat(entered.await(60, TimeUnit.SECONDS)).isTrue();
        pipe.show(1, Scene.BLACK, events::add);
        Thread closer = Thread.ofPlatform().start(display::close);
        assertThat(events.poll(60, TimeUnit.SECONDS)).isEqualTo(new DisplayEvent.GivenUp(1));
        blocked.countDown();
        closer.join();

        assertThatExceptionOfType(HeapException.class)
                .isThrownBy(() -> pipe.show(2, Scene.BLACK, events::add))
                .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.CLOSED));
    }

    @Test
    void memoryThatIsGoneGivesTheSceneUp() throws InterruptedException {
        memory.switchOff();

        assertThat(show(plane(format(PixelFormat.I420, 4, 2), new Area(0, 0, 4, 2))))
                .isEqualTo(new DisplayEvent.GivenUp(1));
    }

    @Test
    void theOverlayStaysAboveScenesUntilItIsTakenAway() throws InterruptedException {
        PictureFormat format = format(PixelFormat.XRGB8888, 1, 1);
        memory.put(FRAME, new byte[] {1, 0, 0, 0});
        show(plane(format, new Area(0, 0, 16, 8)));
        memory.put(FRAME, new byte[] {2, 0, 0, 0});
        assertThat(overlay(Optional.of(plane(format, new Area(2, 2, 4, 4))))).isEqualTo(new DisplayEvent.Shown(1, 2));
        memory.put(FRAME, new byte[] {3, 0, 0, 0});
        show(plane(format, new Area(0, 0, 16, 8)));

        assertThat(List.of(pixel(1, 1), pixel(2, 2), pixel(5, 5), pixel(6, 6))).containsExactly(3, 2, 2, 3);
        overlay(Optional.empty());
        assertThat(pixel(2, 2)).isEqualTo(3);
    }

    @Test
    void aTappedPipeIsBlackUntilTheLastTapIsGone() throws InterruptedException {
        PictureFormat format = format(PixelFormat.XRGB8888, 1, 1);
        memory.put(FRAME, new byte[] {9, 0, 0, 0});
        Plane whole = plane(format, new Area(0, 0, 16, 8));
        BlockingQueue<Boolean> heard = new LinkedBlockingQueue<>();
        pipe.onProtectionChange(() -> heard.add(pipe.isProtected()));
        overlay(Optional.of(whole));
        Panel.Clip one = panel.tap();
        Panel.Clip other = panel.tap();

        assertThat(pixel(3, 3)).isZero();
        assertThat(heard.poll(60, TimeUnit.SECONDS)).isFalse();
        assertThat(overlay(Optional.of(whole))).isInstanceOf(DisplayEvent.Unprotected.class);
        pipe.show(1, new Scene(List.of(whole), true), events::add);
        assertThat(events.poll(60, TimeUnit.SECONDS)).isInstanceOf(DisplayEvent.Unprotected.class);
        assertThat(overlay(Optional.empty())).isInstanceOf(DisplayEvent.Shown.class);
        assertThat(pixel(3, 3)).isZero();
        show(whole);
        assertThat(pixel(3, 3)).isEqualTo(9);
        one.close();
        one.close();
        assertThat(pipe.isProtected()).isFalse();
        other.close();
        assertThat(heard.poll(60, TimeUnit.SECONDS)).isTrue();
        pipe.show(1, new Scene(List.of(whole), true), events::add);
        assertThat(events.poll(60, TimeUnit.SECONDS)).isInstanceOf(DisplayEvent.Shown.class);
    }

    private int pixel(int x, int y) {
        return panel.photograph().getRGB(x, y) & 0xffffff;
    }

    private DisplayEvent overlay(Optional<Plane> plane) throws InterruptedException {
        pipe.overlay(1, plane, events::add);
        return events.poll(60, TimeUnit.SECONDS);
    }

    private DisplayEvent show(Plane... planes) throws InterruptedException {
        pipe.show(1, new Scene(List.of(planes)), events::add);
        return events.poll(60, TimeUnit.SECONDS);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void assertRefused(String why, Plane... planes) {
        assertThatExceptionOfType(HeapException.class)
                .isThrownBy(() -> pipe.show(1, new Scene(List.of(planes)), events::add))
                .withMessageContaining(why)
                .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.INVALID_ARGUMENT));
    }

    private static Plane plane(PictureFormat format, Area area) {
        return new Plane(format, List.of(new MemoryRange(FRAME, 0x1000)), area);
    }

    private static PictureFormat format(PixelFormat pixels, int width, int height) {
        return new PictureFormat(pixels, width, height, ColourCoding.BT601_LIMITED);
    }

    /** A picture that is red all over: 81, 90, 240 in BT.601. */
    private static byte[] red(PictureFormat format) {
        byte[] bytes = new byte[(int) format.size()];
        int luma = format.width() * format.height();
        switch (format.pixels()) {
            case I420 -> {
                Arrays.fill(bytes, 0, luma, (byte) 81);
                Arrays.fill(bytes, luma, luma + luma / 4, (byte) 90);
                Arrays.fill(bytes, luma + luma / 4, bytes.length, (byte) 240);
            }
            case NV12 -> {
                Arrays.fill(bytes, 0, luma, (byte) 81);
                for (int i = luma; i < bytes.length; i += 2) {
                    bytes[i] = 90;
                    bytes[i + 1] = (byte) 240;
                }
            }
            case I420_10 -> {
                for (int i = 0; i < bytes.length / 2; i++) {
                    int value = 4 * (i < luma ? 81 : i < luma + luma / 4 ? 90 : 240);
                    bytes[2 * i] = (byte) value;
                    bytes[2 * i + 1] = (byte) (value >> 8);
                }
            }
            case XRGB8888 -> {
                for (int i = 0; i < bytes.length; i += 4) {
                    bytes[i + 2] = (byte) 0xfe;
                }
            }
        }
        return bytes;
    }
}
