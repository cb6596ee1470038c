// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.record.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.devices.internal.Events.refused;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.emulator.devices.internal.Events;
import org.cloister.emulator.devices.internal.FakeMemory;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.device.Camera;
import org.cloister.platform.device.CaptureEvent;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.MemoryRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The camera alone, with a memory that grants it one range for writing, and one for reading only. */
@Timeout(120)
class CameraModelTest {
    private static final int SIZE = 1 << 20;
    private static final long OWN = 0x1_0000;
    private static final long READ_ONLY = 0x8_0000;
    private static final byte[] UNTOUCHED = new byte[SIZE];

    private final FakeMemory memory = new FakeMemory("camera", SIZE)
            .grant(OWN, 0x4_0000, Access.WRITE).grant(READ_ONLY, 0x4_0000, Access.READ);
    private final CameraModel camera = new CameraModel("/soc/camera@0", new Dma(memory, new DmaLimits(20, 16, 4, 1 << 18)));
    private final Events<CaptureEvent> events = new Events<>();
    private final long picture = camera.format().size();

    @AfterEach
    void takeOff() {
        camera.close();
    }

    private void capture(long cookie, MemoryRange... ranges) {
        camera.capture(cookie, List.of(ranges), events::on);
    }

    @Test
    void picturesComeInOrderAndMove() {
        capture(7, new MemoryRange(OWN, picture));
        assertThat(events.next(CaptureEvent.Captured.class)).isEqualTo(new CaptureEvent.Captured(7, 0));
        byte[] first = memory.bytes(OWN, picture);
        capture(8, new MemoryRange(OWN, 1 << 12), new MemoryRange(OWN + 0x2_0000, picture - (1 << 12)));
        assertThat(events.next(CaptureEvent.Captured.class)).isEqualTo(new CaptureEvent.Captured(8, 1));
        byte[] second = new byte[(int) picture];
        System.arraycopy(memory.bytes(OWN, 1 << 12), 0, second, 0, 1 << 12);
        System.arraycopy(memory.bytes(OWN + 0x2_0000, picture - (1 << 12)), 0, second, 1 << 12, second.length - (1 << 12));
        assertThat(first).isEqualTo(TestScene.picture(camera.format(), 0));
        assertThat(second).isEqualTo(TestScene.picture(camera.format(), 1)).isNotEqualTo(first);
    }

    @Test
    void writesNoMoreThanThePicture() {
        capture(1, new MemoryRange(OWN, picture + 4096));
        events.next(CaptureEvent.Captured.class);
        assertThat(memory.bytes(OWN + picture, 4096)).containsOnly(0);
    }

    @Test
    void foreignMemoryIsBlockedAndStaysAsItWas() {
        capture(1, new MemoryRange(READ_ONLY, picture)); // restricted for it: others may write there
        assertThat(events.next(CaptureEvent.Blocked.class).fault().initiator().name()).isEqualTo("camera");
        capture(2, new MemoryRange(0, picture)); // nobody's
        assertThat(events.next(CaptureEvent.Blocked.class).cookie()).isEqualTo(2);
        capture(3, new MemoryRange(OWN + 0x4_0000 - 16, picture)); // leaves its own
        events.next(CaptureEvent.Blocked.class);
        assertThat(memory.bytes(0, SIZE)).isEqualTo(UNTOUCHED);
        capture(4, new MemoryRange(OWN, picture));
        assertThat(events.next(CaptureEvent.Captured.class).frame()).isZero(); // none of them counted
    }

    @Test
    void refusesMemoryThatIsTooShortOrThatItCannotFollow() {
        refused(HeapError.INVALID_ARGUMENT, () -> capture(1, new MemoryRange(OWN, picture - 1)));
        refused(HeapError.INVALID_ARGUMENT, () -> capture(1));
        refused(HeapError.INVALID_ARGUMENT, () -> capture(1, new MemoryRange(OWN + 8, picture))); // alignment
        refused(HeapError.INVALID_ARGUMENT, () -> capture(1, new MemoryRange(1 << 20, picture))); // address width
        refused(HeapError.INVALID_ARGUMENT, () -> capture(1, new MemoryRange(OWN, (1 << 18) + 16))); // length
        refused(HeapError.INVALID_ARGUMENT, () -> camera.capture(
                1, Collections.nCopies(5, new MemoryRange(OWN, 1 << 16)), events::on)); // count
        events.none();
    }

    @Test
    void goesOffInMidPictureAndGivesUpTheOthers() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        camera.capture(0, List.of(new MemoryRange(OWN, picture)), event -> {
            events.on(event);
            begun.countDown();
            await(goOn);
            throw new IllegalStateException("a listener of the test");
        });
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        for (int i = 1; i <= Camera.QUEUE_DEPTH; i++) {
            capture(i, new MemoryRange(OWN, picture));
        }
        refused(HeapError.BUSY, () -> capture(99, new MemoryRange(OWN, picture)));
        events.next(CaptureEvent.Captured.class);
        Thread off = Thread.ofVirtual().start(camera::close);
        for (int i = 1; i <= Camera.QUEUE_DEPTH; i++) {
            assertThat(events.next(CaptureEvent.GivenUp.class).cookie()).isEqualTo(i);
        }
        refused(HeapError.CLOSED, () -> capture(99, new MemoryRange(OWN, picture)));
        goOn.countDown();
        off.join();
        events.none();
        assertThat(memory.bytes(OWN, picture)).isEqualTo(TestScene.picture(camera.format(), 0));
        camera.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aBoardThatLosesPowerGivesThePictureUp() {
        memory.switchOff();
        capture(5, new MemoryRange(OWN, picture));
        assertThat(events.next(CaptureEvent.GivenUp.class).cookie()).isEqualTo(5);
    }
}
