// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cloister.driver.panthor.internal.GpuBoard.NORMAL;
import static org.cloister.driver.panthor.internal.GpuBoard.VIDEO;
import static org.cloister.driver.panthor.internal.GpuBoard.until;
import static org.cloister.driver.panthor.internal.Work.BYTES;
import static org.cloister.driver.panthor.internal.Work.CLOSED;
import static org.cloister.driver.panthor.internal.Work.COMPOSED;
import static org.cloister.driver.panthor.internal.Work.FORMAT;
import static org.cloister.driver.panthor.internal.Work.HEIGHT;
import static org.cloister.driver.panthor.internal.Work.OPEN;
import static org.cloister.driver.panthor.internal.Work.PICTURE;
import static org.cloister.driver.panthor.internal.Work.WIDTH;
import static org.cloister.driver.panthor.internal.Work.fail;
import static org.cloister.driver.panthor.internal.Work.refused;
import static org.cloister.driver.panthor.internal.Work.succeed;
import static org.cloister.driver.panthor.internal.Work.whole;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.cloister.driver.panthor.Composition;
import org.cloister.driver.panthor.GpuGroup;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.GroupSettings;
import org.cloister.driver.panthor.GroupState;
import org.cloister.emulator.devices.GpuBench.Point;
import org.cloister.emulator.devices.Panel.Clip;
import org.cloister.emulator.devices.gpu.internal.EmulatedFirmware;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene.Area;
import org.cloister.platform.mali.TranslationTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class PanthorDriverTest {
    private GpuBoard board = new GpuBoard();

    @AfterEach
    void off() {
        board.close();
    }

    private GpuGroup group(GroupSettings settings) {
        return board.driver().createGroup(settings);
    }

    private Clip stalled() {
        return board.gpu().stall();
    }

    @Test
    void worksInNormalModeWithoutAHeap() {
        board.booted();
        assertThat(board.driver().readiness().protectedMode()).isFalse();
        assertThat(board.driver().readiness().text()).contains("no protected mode, waiting for").contains(VIDEO);
        try (GpuGroup group = group(OPEN);
                DmaBuf source = board.buffer(NORMAL, PICTURE);
                DmaBuf target = board.buffer(NORMAL, BYTES)) {
            succeed(group.compose(whole(source, target)));
            assertThat(board.look(target, false, BYTES)).isEqualTo(COMPOSED);
            assertThat(group.state()).isEqualTo(GroupState.IDLE);
        }
        refused(HeapError.UNAVAILABLE, () -> group(CLOSED));
        assertThat(board.gpu().protectedEntries()).isZero();
    }

    @Test
    void gainsProtectedModeWhenTheHeapAppears() {
        board.booted().serveVideo();
        assertThat(board.driver().readiness().text()).isEqualTo("ready");
        try (GpuGroup group = group(CLOSED);
                DmaBuf source = board.buffer(VIDEO, PICTURE);
                DmaBuf target = board.buffer(VIDEO, BYTES)) {
            for (int i = 1; i <= 5; i++) {
                succeed(group.compose(whole(source, target)));
                assertThat(board.gpu().protectedEntries()).isEqualTo(i);
            }
            assertThat(board.look(target, true, BYTES)).isEqualTo(COMPOSED);
            long place = board.place(target, true);
            for (String outsider : List.of("cpu", "gpu")) {
                assertThatThrownBy(() -> board.memory(outsider).readInt(place)).isInstanceOf(BusFault.class);
            }
            until(() -> board.driver().readiness().mode() == GpuMode.NORMAL);
        }
    }

    @Test
    void readsNormalMemoryInProtectedModeAndDoesNotWriteIt() {
        board.booted().serveVideo();
        try (GpuGroup group = group(CLOSED);
                DmaBuf normal = board.buffer(NORMAL, PICTURE);
                DmaBuf target = board.buffer(VIDEO, BYTES);
                DmaBuf open = board.buffer(NORMAL, BYTES)) {
            succeed(group.compose(whole(normal, target)));
            assertThat(board.look(target, true, BYTES)).isEqualTo(COMPOSED);
            refused(HeapError.NOT_PERMITTED, () -> group.compose(whole(normal, open)));
            long place = board.place(open, false);
            assertThat(board.memory("gpu-protected").readInt(place)).isEqualTo(0x5a5a5a5a);
            assertThatThrownBy(() -> board.memory("gpu-protected").writeInt(place, 1)).isInstanceOf(BusFault.class);
        }
    }

    @Test
    void normalGroupTakesNoRestrictedMemory() {
        board.booted().serveVideo();
        try (GpuGroup group = group(OPEN);
                DmaBuf secret = board.buffer(VIDEO, BYTES);
                DmaBuf open = board.buffer(NORMAL, BYTES);
                DmaBuf picture = board.buffer(NORMAL, PICTURE)) {
            refused(HeapError.NOT_PERMITTED, () -> group.compose(whole(secret, open)));
            refused(HeapError.NOT_PERMITTED, () -> group.compose(whole(picture, secret)));
        }
    }

    @Test
    void aCompositionFailsForWhichThereIsNoMemoryForTables() {
        board.booted();
        ContiguousArea area = board.soc().contiguousAreas().getFirst();
        try (GpuGroup group = group(OPEN);
                DmaBuf source = board.buffer(NORMAL, PICTURE);
                DmaBuf target = board.buffer(NORMAL, BYTES)) {
            List<Long> all = exhaust(area);
            fail(group.compose(whole(source, target)), HeapError.NO_MEMORY);
            area.release(all.removeLast()); // a page, for the first table of several
            fail(group.compose(whole(source, target)), HeapError.NO_MEMORY);
            all.forEach(area::release);
            succeed(group.compose(whole(source, target)));
            assertThat(board.look(target, false, BYTES)).isEqualTo(COMPOSED);
        }
    }

    private static List<Long> exhaust(ContiguousArea area) {
        List<Long> all = new ArrayList<>();
        for (long size = Long.highestOneBit(area.size()); size >= TranslationTable.PAGE; size /= 2) {
            for (boolean fits = true; fits;) {
                try {
                    all.add(area.allocate(size, TranslationTable.PAGE));
                } catch (HeapException full) {
                    fits = false;
                }
            }
        }
        return all;
    }

    @Test
    void badCompositionsAreRefusedAndNothingIsQueued() {
        board.booted();
        GpuGroup group = group(OPEN);
        try (DmaBuf source = board.buffer(NORMAL, PICTURE);
                DmaBuf target = board.buffer(NORMAL, BYTES)) {
            Composition.Layer layer = whole(source, target).layers().getFirst();
            refused(HeapError.OUT_OF_BOUNDS, () -> group.compose(
                    new Composition(target, 4 * WIDTH, HEIGHT, 0, List.of(layer))));
            refused(HeapError.OUT_OF_BOUNDS, () -> group.compose(new Composition(target, WIDTH, HEIGHT, 0, List.of(
                    new Composition.Layer(source, new PictureFormat(PixelFormat.XRGB8888, WIDTH, HEIGHT,
                            ColourCoding.BT601_LIMITED), new Area(0, 0, 1, 1), 255)))));
            refused(HeapError.INVALID_ARGUMENT, () -> group.compose(new Composition(target, WIDTH, HEIGHT, 0, List.of(
                    new Composition.Layer(source, FORMAT, new Area(1, 0, WIDTH, HEIGHT), 255)))));
            refused(HeapError.INVALID_ARGUMENT, () -> group.compose(new Composition(target, WIDTH, HEIGHT, 0, List.of(
                    new Composition.Layer(source, FORMAT, new Area(0, 0, 1, 1), 256)))));
            refused(HeapError.INVALID_ARGUMENT, () -> group.compose(new Composition(target, WIDTH, HEIGHT, 0,
                    Collections.nCopies(9, layer))));
            assertThat(target.reservation().pending(Fence.Usage.BOOKKEEP)).isEmpty();
            group.close();
            refused(HeapError.CLOSED, () -> group.compose(whole(source, target)));
        }
    }

    @Test
    void copiesScalesAndBlends() {
        board.booted();
        byte[] red = new byte[4 * 4];
        byte[] grey = new byte[4];
        for (int i = 0; i < 4; i++) {
            red[4 * i + 2] = (byte) 200;
        }
        Arrays.fill(grey, (byte) 100);
        PictureFormat two = new PictureFormat(PixelFormat.XRGB8888, 2, 2, ColourCoding.BT601_LIMITED);
        PictureFormat one = new PictureFormat(PixelFormat.XRGB8888, 1, 1, ColourCoding.BT601_LIMITED);
        try (GpuGroup group = group(OPEN);
                DmaBuf under = board.buffer(NORMAL, red);
                DmaBuf over = board.buffer(NORMAL, grey);
                DmaBuf target = board.buffer(NORMAL, 4 * 2 * 4)) {
            succeed(group.compose(new Composition(target, 4, 2, 0x010203, List.of(
                    new Composition.Layer(under, two, new Area(0, 0, 2, 2), 255),
                    new Composition.Layer(over, one, new Area(1, 0, 2, 1), 128)))));
            byte[] found = board.look(target, false, 4 * 2 * 4);
            assertThat(pixel(found, 0)).isEqualTo(0xc80000);
            assertThat(pixel(found, 1)).isEqualTo(0x963232); // (200·127 + 100·128) / 255 = 149.8, 50.2
            assertThat(pixel(found, 2)).isEqualTo(0x333334); // over the background
            assertThat(pixel(found, 3)).isEqualTo(0x010203);
            assertThat(pixel(found, 5)).isEqualTo(0xc80000);
        }
    }

    private static int pixel(byte[] picture, int index) {
        return MemorySegment.ofArray(picture).get(ValueLayout.JAVA_INT_UNALIGNED, 4L * index);
    }

    @Test
    void lateGpuKeepsReadersWaitingOnItsFence() {
        board.booted().serveVideo();
        try (GpuGroup group = group(CLOSED);
                DmaBuf source = board.buffer(VIDEO, PICTURE);
                DmaBuf target = board.buffer(VIDEO, BYTES)) {
            until(() -> group.state() == GroupState.IDLE);
            Clip stall = stalled();
            Fence done = group.compose(whole(source, target));
            until(() -> group.state() == GroupState.BUSY);
            assertThat(target.reservation().pending(Fence.Usage.WRITE)).containsExactly(done);
            assertThat(source.reservation().pending(Fence.Usage.READ)).containsExactly(done);
            assertThat(done.await(0)).isZero();
            stall.close();
            succeed(done);
            assertThat(board.look(target, true, BYTES)).isEqualTo(COMPOSED);
        }
    }

    @Test
    void waitsForWritersOfLayersAndUsersOfTheTarget() {
        board.booted();
        try (GpuGroup group = group(OPEN);
                DmaBuf source = board.buffer(NORMAL, BYTES);
                DmaBuf target = board.buffer(NORMAL, BYTES)) {
            Fence writer = new Fence("decoder");
            Fence reader = new Fence("display");
            source.reservation().add(writer, Fence.Usage.WRITE);
            target.reservation().add(reader, Fence.Usage.READ);
            Fence done = group.compose(whole(source, target));
            source.write(0, MemorySegment.ofArray(PICTURE));
            writer.signal();
            assertThat(done.isSignalled()).isFalse();
            reader.signal();
            succeed(done);
            assertThat(board.look(target, false, BYTES)).isEqualTo(COMPOSED);

            Fence failing = new Fence("decoder");
            source.reservation().add(failing, Fence.Usage.WRITE);
            Fence cancelled = group.compose(whole(source, target));
            failing.fail(new HeapException(HeapError.FAULT, "decode", "it", "broken", "see"));
            fail(cancelled, HeapError.CANCELLED);
            succeed(group.compose(whole(source, target)));
        }
    }

    @Test
    void firmwareThatDoesNotAcknowledgeProtectedModeIsReset() {
        board.booted().serveVideo();
        try (GpuGroup secret = group(CLOSED);
                GpuGroup open = group(OPEN);
                DmaBuf source = board.buffer(NORMAL, PICTURE);
                DmaBuf target = board.buffer(VIDEO, BYTES);
                DmaBuf other = board.buffer(NORMAL, BYTES)) {
            until(() -> secret.state() == GroupState.IDLE && open.state() == GroupState.IDLE);
            Fence lost = board.stallBeforeProtectedMode(secret, whole(source, target));
            assertThat(board.driver().readiness().mode()).isEqualTo(GpuMode.ENTERING);
            assertThat(secret.state()).isEqualTo(GroupState.PROTECTED);
            board.time().advance(Duration.ofMillis(3999));
            assertThat(lost.isSignalled()).isFalse();
            Fence survivor = open.compose(whole(source, other));
            board.time().advance(Duration.ofMillis(2));
            HeapException why = fail(lost, HeapError.TIMED_OUT);
            assertThat(why.why()).contains("did not acknowledge protected mode");
            assertThat(secret.state()).isEqualTo(GroupState.LOST);
            refused(HeapError.TIMED_OUT, () -> secret.compose(whole(source, target)));
            succeed(survivor);
            assertThat(board.look(other, false, BYTES)).isEqualTo(COMPOSED);
            assertThat(board.gpu().resets()).isEqualTo(1);
        }
        try (GpuGroup again = group(CLOSED);
                DmaBuf source = board.buffer(NORMAL, PICTURE);
                DmaBuf target = board.buffer(VIDEO, BYTES)) {
            succeed(again.compose(whole(source, target)));
        }
    }

    /** A composition of {@code secret} is in protected mode and stands still, and {@code open} wants normal mode. */
    private Clip contend(GpuGroup secret, GpuGroup open, Composition inside, Composition outside, List<Fence> fences) {
        until(() -> secret.state() == GroupState.IDLE && open.state() == GroupState.IDLE);
        Clip stall = board.stallAt(Point.ENTERED_PROTECTED_MODE, () -> fences.add(secret.compose(inside)));
        board.untilProtected();
        assertThat(secret.state()).isEqualTo(GroupState.PROTECTED);
        fences.add(open.compose(outside));
        until(() -> board.driver().readiness().mode() == GpuMode.EXITING);
        assertThat(open.state()).isEqualTo(GroupState.IDLE);
        return stall;
    }

    @Test
    void leavesProtectedModeForOthersAndGoesOnAfterwards() {
        board.booted().serveVideo();
        try (GpuGroup secret = group(CLOSED);
                GpuGroup open = group(OPEN);
                DmaBuf source = board.buffer(NORMAL, PICTURE);
                DmaBuf target = board.buffer(VIDEO, BYTES);
                DmaBuf other = board.buffer(NORMAL, BYTES)) {
            List<Fence> fences = new ArrayList<>();
            contend(secret, open, whole(source, target), whole(source, other), fences).close();
            fences.forEach(Work::succeed);
            assertThat(board.look(target, true, BYTES)).isEqualTo(COMPOSED);
            assertThat(board.look(other, false, BYTES)).isEqualTo(COMPOSED);
            assertThat(board.gpu().protectedEntries()).isEqualTo(2);
            assertThat(board.gpu().resets()).isZero();
        }
    }

    @Test
    void protectedModeThatIsNotLeftInTimeIsResetAndNobodyGetsInMeanwhile() {
        board.booted().serveVideo();
        try (GpuGroup secret = group(CLOSED);
                GpuGroup open = group(OPEN);
                DmaBuf source = board.buffer(VIDEO, PICTURE);
                DmaBuf normal = board.buffer(NORMAL, PICTURE);
                DmaBuf target = board.buffer(VIDEO, BYTES);
                DmaBuf other = board.buffer(NORMAL, BYTES)) {
            long place = board.place(target, true);
            List<Fence> fences = new ArrayList<>();
            contend(secret, open, whole(source, target), whole(normal, other), fences);
            attack(place);
            board.time().advance(Duration.ofMillis(499));
            assertThat(board.gpu().resets()).isZero();
            attack(place);
            board.time().advance(Duration.ofMillis(1));
            attack(place);
            fail(fences.getFirst(), HeapError.TIMED_OUT);
            attack(place);
            succeed(fences.getLast());
            assertThat(board.look(other, false, BYTES)).isEqualTo(COMPOSED);
            assertThat(board.gpu().resets()).isEqualTo(1);
            assertThat(secret.state()).isEqualTo(GroupState.LOST);
            assertThat(open.failure()).isEmpty();
        }
    }

    private void attack(long place) {
        for (String outsider : List.of("cpu", "gpu")) {
            assertThatThrownBy(() -> board.memory(outsider).readInt(place)).isInstanceOf(BusFault.class);
        }
        assertThatThrownBy(() -> board.memory("gpu").writeInt(place, 1)).isInstanceOf(BusFault.class);
    }

    @Test
    void faultInProtectedModeLosesTheActiveGroupOnly() {
        board.booted();
        board.bind(GpuBoard.BROKEN); // says that the GPU may use it, which the firewall does not know of
        until(() -> board.driver().readiness().protectedMode());
        try (GpuGroup secret = group(CLOSED);
                GpuGroup idle = group(CLOSED);
                GpuGroup open = group(OPEN);
                DmaBuf source = board.buffer(NORMAL, PICTURE);
                DmaBuf target = board.buffer(GpuBoard.BROKEN, BYTES);
                DmaBuf other = board.buffer(NORMAL, BYTES)) {
            HeapException why = fail(secret.compose(whole(source, target)), HeapError.FAULT);
            assertThat(why.why()).contains("in protected mode");
            assertThat(secret.state()).isEqualTo(GroupState.LOST);
            assertThat(idle.failure()).isEmpty();
            succeed(open.compose(whole(source, other)));
            assertThat(board.gpu().resets()).isEqualTo(1);
        }
    }

    @Test
    void losesProtectedModeInOrderWhenTheHeapGoes() {
        board.booted().serveVideo();
        GpuGroup secret = group(CLOSED);
        GpuGroup open = group(OPEN);
        try (DmaBuf source = board.buffer(NORMAL, PICTURE);
                DmaBuf target = board.buffer(VIDEO, BYTES);
                DmaBuf other = board.buffer(NORMAL, BYTES)) {
            Fence gate = new Fence("decoder");
            source.reservation().add(gate, Fence.Usage.WRITE);
            Fence waiting = secret.compose(whole(source, target));
            long before = board.heap("client", VIDEO).usage().buffers();
            board.unbind();
            fail(waiting, HeapError.UNAVAILABLE);
            assertThat(secret.state()).isEqualTo(GroupState.LOST);
            assertThat(board.driver().readiness().protectedMode()).isFalse();
            assertThat(board.heap("client", VIDEO).usage().buffers()).isEqualTo(before - 2);
            refused(HeapError.UNAVAILABLE, () -> group(CLOSED));
            gate.signal();
            succeed(open.compose(whole(source, other)));
            secret.close();

            board.bind(VIDEO);
            until(() -> board.driver().readiness().protectedMode());
            succeed(group(CLOSED).compose(whole(source, target)));
        }
    }

    @Test
    void revokedMemoryTakesProtectedModeAway() {
        board.booted().serveVideo();
        GpuGroup secret = group(CLOSED);
        board.withdrawVideo();
        until(() -> secret.state() == GroupState.LOST);
        assertThat(secret.failure()).map(HeapException::error).contains(HeapError.REVOKED);
        until(() -> !board.driver().readiness().protectedMode());
        try (GpuGroup open = group(OPEN);
                DmaBuf source = board.buffer(NORMAL, PICTURE);
                DmaBuf other = board.buffer(NORMAL, BYTES)) {
            succeed(open.compose(whole(source, other)));
        }
    }

    /** A request that takes back one which the firmware has not heard of leaves nothing for it to answer. */
    @Test
    void aGroupThatIsClosedBeforeTheFirmwareKnowsOfItIsGone() {
        board.booted();
        Clip stall = stalled();
        GpuGroup early = group(OPEN);
        CompletableFuture<Void> closed = CompletableFuture.runAsync(early::close, Thread::startVirtualThread);
        until(() -> early.state() == GroupState.CLOSED);
        refused(HeapError.UNAVAILABLE, () -> group(CLOSED)); // after which the driver has done all that it does for now
        assertThat(closed).isNotDone();
        stall.close();
        assertThat(closed).succeedsWithin(GpuBoard.DEADLINE);
        assertThat(board.gpu().resets()).isZero();
    }

    @Test
    void firmwareThatDoesNotAnswerIsReset() {
        board.booted();
        try (GpuGroup open = group(OPEN);
                DmaBuf source = board.buffer(NORMAL, PICTURE);
                DmaBuf other = board.buffer(NORMAL, BYTES)) {
            until(() -> open.state() == GroupState.IDLE);
            stalled();
            int alarms = board.time().pending();
            Fence done = open.compose(whole(source, other));
            until(() -> board.time().pending() == alarms + 1);
            board.time().advance(Duration.ofSeconds(4));
            assertThat(done.isSignalled()).isFalse();
            assertThat(board.gpu().resets()).isZero();
            board.time().advance(Duration.ofSeconds(1));
            fail(done, HeapError.TIMED_OUT);
            until(() -> board.gpu().resets() == 1);
            assertThat(open.state()).isEqualTo(GroupState.LOST);
        }
    }

    @Test
    void watchdogFindsADeadFirmwareWithoutWork() {
        board.booted();
        GpuGroup open = group(OPEN);
        until(() -> open.state() == GroupState.IDLE);
        stalled();
        board.time().advance(Duration.ofMillis(12_999));
        assertThat(board.gpu().resets()).isZero();
        until(() -> board.time().pending() == 1); // the firmware is asked, and has a second for the answer
        board.time().advance(Duration.ofSeconds(1));
        until(() -> board.gpu().resets() == 1 && board.driver().readiness().mode() == GpuMode.NORMAL
                && open.state() == GroupState.IDLE);
        assertThat(open.failure()).isEmpty();
    }

    @Test
    void gpuWithoutFirmwareIsDeadAndSaysSo() {
        board.close();
        board = new GpuBoard(path -> Optional.empty());
        until(() -> board.driver().readiness().mode() == GpuMode.DEAD);
        assertThat(board.driver().readiness().text()).contains("arm/mali/arch10.8/mali_csffw.bin");
        refused(HeapError.FIRMWARE_DEAD, () -> group(OPEN));
    }

    @Test
    void damagedFirmwareIsNotHalfLoaded() {
        board.close();
        byte[] image = EmulatedFirmware.image();
        image[image.length - 12] ^= 0x10;
        board = new GpuBoard(path -> Optional.of(Arrays.copyOf(image, image.length - 9)));
        until(() -> board.driver().readiness().mode() == GpuMode.DEAD);
        assertThat(board.driver().readiness().text()).contains("malformed firmware image");
        assertThat(board.freeNormalMemory()).contains(64L << 20);
    }

    @Test
    void stoppingGivesEverythingBack() {
        board.booted().serveVideo();
        GpuGroup secret = group(CLOSED);
        try (DmaBuf source = board.buffer(VIDEO, PICTURE);
                DmaBuf target = board.buffer(VIDEO, BYTES)) {
            stalled();
            Fence running = secret.compose(whole(source, target));
            board.driver().close();
            fail(running, HeapError.CLOSED);
            refused(HeapError.CLOSED, () -> group(OPEN));
        }
        assertThat(board.core().open("gpu")).containsOnly(0);
        assertThat(board.freeNormalMemory()).contains(64L << 20);
        board.start();
        board.booted();
    }
}
