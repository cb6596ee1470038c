// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.driver.panthor.internal.GpuBoard.NORMAL;
import static org.cloister.driver.panthor.internal.GpuBoard.VIDEO;
import static org.cloister.driver.panthor.internal.GpuBoard.until;
import static org.cloister.driver.panthor.internal.Work.BYTES;
import static org.cloister.driver.panthor.internal.Work.CLOSED;
import static org.cloister.driver.panthor.internal.Work.COMPOSED;
import static org.cloister.driver.panthor.internal.Work.HEIGHT;
import static org.cloister.driver.panthor.internal.Work.OPEN;
import static org.cloister.driver.panthor.internal.Work.PICTURE;
import static org.cloister.driver.panthor.internal.Work.WIDTH;
import static org.cloister.driver.panthor.internal.Work.fail;
import static org.cloister.driver.panthor.internal.Work.refused;
import static org.cloister.driver.panthor.internal.Work.succeed;
import static org.cloister.driver.panthor.internal.Work.whole;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloister.driver.display.DisplayOutput;
import org.cloister.driver.display.DisplayPlane.Kind;
import org.cloister.driver.display.Layer;
import org.cloister.driver.display.OutputEvent;
import org.cloister.driver.display.PlaneState;
import org.cloister.driver.display.internal.DisplayDriverComponent;
import org.cloister.driver.panthor.GpuGroup;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.GroupState;
import org.cloister.emulator.devices.GpuBench.Point;
import org.cloister.emulator.devices.Panel;
import org.cloister.emulator.devices.Panel.Clip;
import org.cloister.emulator.devices.display.internal.DisplayModel;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene.Area;
import org.cloister.platform.driver.Patience;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A display that was given a picture which the GPU has yet to compose: the panel keeps the last picture until the next
 * one is whole, and shows nothing of one that never is.
 */
@Timeout(180)
class LateGpuTest {
    private static final Duration SYNC = Duration.ofMillis(16);
    private static final int SYNCS = 10;
    private static final byte[] LAST =
            Pictures.xrgb(Pictures.noise(WIDTH, HEIGHT, 8), WIDTH, HEIGHT, ColourCoding.BT709_LIMITED);
    private static final byte[] BLACK = new byte[BYTES];
    private static final DmaLimits LIMITS = new DmaLimits(40, 16, 64, 1L << 30);

    private final GpuBoard board = new GpuBoard();
    private final DisplayModel display = new DisplayModel(LIMITS, List.of(new DisplayModel.PipePlan(
            "/soc/display@7000000", board.memory(GpuBoard.DISPLAY), true, WIDTH, HEIGHT)));
    private final Panel panel = display.panels().getFirst();
    private final BlockingQueue<OutputEvent> events = new LinkedBlockingQueue<>();
    private final List<byte[]> fetched = new CopyOnWriteArrayList<>(); // all that the panel ever got, in order
    private DisplayDriverComponent driver;
    private DisplayOutput output;
    private GpuGroup secret;
    private DmaBuf source;
    private DmaBuf next;

    @BeforeEach
    void showTheLastPicture() {
        board.booted().serveVideo();
        driver = new DisplayDriverComponent(display, board.core().heaps("display"), board.core().importers("display"),
                VIDEO, Patience.of(GpuBoard.DEADLINE), List.of(events::add));
        output = driver.outputs().getFirst();
        panel.analyse(picture -> fetched.add(picture.content().toArray(ValueLayout.JAVA_BYTE)));
        secret = board.driver().createGroup(CLOSED);
        source = board.buffer(VIDEO, PICTURE);
        next = board.buffer(VIDEO, BYTES);
        try (DmaBuf last = board.buffer(VIDEO, LAST)) {
            succeed(flip(last));
        }
        until(() -> secret.state() == GroupState.IDLE);
    }

    @AfterEach
    void off() {
        source.close();
        next.close();
        driver.close();
        display.close();
        board.close();
    }

    @Test
    void theLastPictureStaysUntilTheGpuIsDone() {
        List<Fence> composed = new ArrayList<>();
        Clip stall = holdInProtectedMode(composed);
        Fence shown = flip(next);
        assertThat(next.reservation().pending(Fence.Usage.WRITE)).isEqualTo(composed);
        keepsTheLastPicture(shown);

        stall.close();
        board.untilSignalled(shown);
        succeed(shown);
        assertThat(onThePanel()).isEqualTo(COMPOSED);
        assertThat(fetched).containsExactly(LAST, COMPOSED);
        assertThat(events).isEmpty();
    }

    @Test
    void aGpuThatDoesNotAcknowledgeProtectedModeCostsThePictureAfterFourSeconds() {
        Fence composed = board.stallBeforeProtectedMode(secret, whole(source, next));
        Fence shown = flip(next);
        keepsTheLastPicture(shown);
        board.time().advance(Duration.ofMillis(3999).minus(SYNC.multipliedBy(SYNCS)));
        keepsTheLastPictureNow(shown);

        board.time().advance(Duration.ofMillis(2));
        fail(composed, HeapError.TIMED_OUT);
        dropped(shown, HeapError.TIMED_OUT);
        showsTheNextOfAnotherGroup();
    }

    @Test
    void aCompositionThatIsNeverDoneCostsThePictureAfterItsTime() {
        List<Fence> composed = new ArrayList<>();
        holdInProtectedMode(composed);
        Fence shown = flip(next);
        keepsTheLastPicture(shown);
        board.time().advance(GpuBoard.JOB.minusSeconds(1));
        keepsTheLastPictureNow(shown);

        board.time().advance(Duration.ofSeconds(1));
        fail(composed.getFirst(), HeapError.TIMED_OUT);
        dropped(shown, HeapError.TIMED_OUT);
        showsTheNextOfAnotherGroup();
    }

    @Test
    void aPictureThatIsComposedAnewAfterAResetIsShownWhole() {
        try (GpuGroup open = board.driver().createGroup(OPEN);
                DmaBuf plain = board.buffer(NORMAL, PICTURE);
                DmaBuf other = board.buffer(NORMAL, BYTES)) {
            until(() -> open.state() == GroupState.IDLE);
            Fence lost = board.stallBeforeProtectedMode(secret, whole(source, next));
            Fence survivor = open.compose(whole(plain, other));
            Fence never = flip(next);
            Fence shown = flip(other);
            keepsTheLastPicture(shown);

            board.time().advance(Duration.ofSeconds(4));
            fail(lost, HeapError.TIMED_OUT);
            fail(never, HeapError.CANCELLED);
            succeed(survivor);
            succeed(shown);
            assertThat(board.gpu().resets()).isOne();
            assertThat(onThePanel()).isEqualTo(COMPOSED);
            assertThat(fetched).containsExactly(LAST, COMPOSED);
            assertThat(events).isEmpty();
        }
    }

    @Test
    void memoryThatIsRevokedMeanwhileIsNotFetched() {
        List<Fence> composed = new ArrayList<>();
        Clip stall = holdInProtectedMode(composed);
        Fence shown = flip(next);
        keepsTheLastPicture(shown);
        CompletableFuture<Void> gone = CompletableFuture.runAsync(board::withdrawVideo);
        until(() -> board.driver().readiness().mode() == GpuMode.EXITING);
        keepsTheLastPictureNow(shown);

        stall.close();
        gone.join();
        fail(composed.getFirst(), HeapError.REVOKED);
        dropped(shown, HeapError.REVOKED);
        board.awaitWithdrawn(); // one buffer after the other
        refused(HeapError.REVOKED, () -> flip(next));
        succeed(output.flip(List.of()));
        assertThat(onThePanel()).isEqualTo(BLACK);
    }

    @Test
    void aPipeThatLosesItsProtectionMeanwhileIsBlackAndStaysSo() throws InterruptedException {
        List<Fence> composed = new ArrayList<>();
        Clip stall = holdInProtectedMode(composed);
        Fence shown = flip(next);
        try (Clip _ = panel.tap()) {
            assertThat(onThePanel()).isEqualTo(BLACK);
            assertThat(event()).isEqualTo(new OutputEvent.ProtectionChanged(output.name(), false));
            stall.close();
            board.untilSignalled(shown);
            succeed(composed.getFirst());
            fail(shown, HeapError.NOT_PERMITTED);
            assertThat(event()).isInstanceOfSatisfying(OutputEvent.Blackened.class,
                    black -> assertThat(black.reason().error()).isEqualTo(HeapError.NOT_PERMITTED));
            assertThat(onThePanel()).isEqualTo(BLACK);
            assertThat(fetched).containsExactly(LAST);
        }
        assertThat(event()).isEqualTo(new OutputEvent.ProtectionChanged(output.name(), true));
        succeed(flip(next));
        assertThat(onThePanel()).isEqualTo(COMPOSED);
    }

    /** The GPU is in protected mode for the next picture, and has drawn nothing of it. */
    private Clip holdInProtectedMode(List<Fence> composed) {
        Clip stall = board.stallAt(Point.ENTERED_PROTECTED_MODE,
                () -> composed.add(secret.compose(whole(source, next))));
        board.untilProtected();
        return stall;
    }

    private Fence flip(DmaBuf buffer) {
        return output.flip(List.of(new Layer(buffer, new PictureFormat(PixelFormat.XRGB8888, WIDTH, HEIGHT,
                ColourCoding.BT709_LIMITED), new Area(0, 0, WIDTH, HEIGHT))));
    }

    /** For some time, in which the panel is sent what there is again and again, as at a vertical sync. */
    private void keepsTheLastPicture(Fence shown) {
        for (int i = 0; i < SYNCS; i++) {
            board.time().advance(SYNC);
            keepsTheLastPictureNow(shown);
        }
    }

    private void keepsTheLastPictureNow(Fence shown) {
        long before = panel.shown();
        succeed(output.plane(Kind.TRUSTED_UI).flip(List.of(), List.of()));
        assertThat(panel.shown()).isEqualTo(before + 1);
        assertThat(onThePanel()).isEqualTo(LAST);
        assertThat(shown.isSignalled()).isFalse();
    }

    /** The display says so by the fence of the flip, and goes on with what it showed. */
    private void dropped(Fence shown, HeapError why) {
        assertThat(fail(shown, HeapError.CANCELLED).getCause()).isInstanceOfSatisfying(
                HeapException.class, cause -> assertThat(cause.error()).isEqualTo(why));
        assertThat(output.plane(Kind.PRIMARY).state()).isEqualTo(PlaneState.SHOWN);
        assertThat(onThePanel()).isEqualTo(LAST);
        assertThat(fetched).containsExactly(LAST);
        assertThat(events).isEmpty();
    }

    private void showsTheNextOfAnotherGroup() {
        assertThat(secret.state()).isEqualTo(GroupState.LOST);
        try (GpuGroup another = board.driver().createGroup(CLOSED)) {
            Fence composed = another.compose(whole(source, next));
            Fence shown = flip(next);
            board.untilSignalled(shown);
            succeed(composed);
            succeed(shown);
            assertThat(onThePanel()).isEqualTo(COMPOSED);
            assertThat(fetched).containsExactly(LAST, COMPOSED);
        }
    }

    private OutputEvent event() throws InterruptedException {
        OutputEvent event = events.poll(GpuBoard.DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
        assertThat(event).as("an event").isNotNull();
        return event;
    }

    /** What the panel shows, as the GPU would have composed it. */
    private byte[] onThePanel() {
        ByteBuffer pixels = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int pixel : panel.photograph().getRGB(0, 0, WIDTH, HEIGHT, null, 0, WIDTH)) {
            pixels.putInt(pixel & 0xff_ffff);
        }
        return pixels.array();
    }
}
