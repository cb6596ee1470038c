// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.backend.amdtee.ring.internal.PspRing;
import org.cloister.backend.amdtee.tee.internal.PspTee;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.conduit.PspCommand;
import org.cloister.platform.layout.ContentSample;
import org.cloister.platform.layout.PspRingEntry;
import org.cloister.platform.layout.ProtectedMemoryApplication;
import org.cloister.pool.Tenancies;
import org.cloister.pool.Tenant;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PspRingTest {
    private static final Consumer<MemorySegment> NOTHING = entry -> { };

    private final LaptopFixture laptop = new LaptopFixture();
    private final PspRing ring = laptop.ring;
    private final Protector protector = new Protector(ring, laptop.files);
    private final PspTee tee = new PspTee(new PspTee.Wiring("amdtee", ring, laptop.files, Optional::empty,
            protector::mapped, Duration.ofMillis(100)));

    @AfterEach
    void switchOff() {
        tee.close();
        laptop.close();
    }

    private static HeapException refused(HeapError error, ThrowingCallable call) {
        HeapException[] found = new HeapException[1];
        assertThatExceptionOfType(HeapException.class).isThrownBy(call).satisfies(e -> {
            assertThat(e.error()).isEqualTo(error);
            found[0] = e;
        });
        return found[0];
    }

    @Test
    void answersComeBackInOrderAroundTheRing() {
        for (int i = 0; i < 100; i++) {
            PspRing.Answer answer = ring.call("try", PspCommand.UNMAP_SHARED_MEMORY, 0, NOTHING);
            assertThat(answer.status()).isEqualTo(TeeCode.ITEM_NOT_FOUND);
        }
        assertThat(ring.generation()).isEqualTo(1);
    }

    @Test
    void manyThreadsShareTheRing() {
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            calls.add(CompletableFuture.supplyAsync(
                    () -> ring.call("try", PspCommand.UNMAP_SHARED_MEMORY, 0, NOTHING).status()));
        }
        assertThat(calls).allSatisfy(call -> assertThat(call.join()).isEqualTo(TeeCode.ITEM_NOT_FOUND));
    }

    @Test
    void aLostAnswerIsADeadProcessorUntilItIsInitialisedAnew() {
        TeeSession session = tee.open(ContentSample.APPLICATION, Login.PUBLIC);
        laptop.device.deaf = true;
        HeapException dead = refused(HeapError.FIRMWARE_DEAD, () -> session.invoke(99));
        assertThat(dead.why()).contains("did not answer to INVOKE within 300 ms");
        laptop.device.deaf = false;
        assertThat(tee.open(ContentSample.APPLICATION, Login.PUBLIC).invoke(99).code())
                .isEqualTo(TeeCode.NOT_SUPPORTED);
        assertThat(ring.generation()).isEqualTo(2);
        assertThat(refused(HeapError.FIRMWARE_DEAD, () -> session.invoke(99)).why()).contains("initialised anew");
        session.close();
    }

    @Test
    void aFullRingIsWaitedForAndThenRefused() {
        ring.ready("begin");
        laptop.device.readPointer = Optional.of(PspRingEntry.SIZE);
        assertThat(refused(HeapError.BUSY, () -> ring.call("try", PspCommand.UNLOAD_TA, 0, NOTHING)).why())
                .contains("32 entries stayed full for 200 ms");
        laptop.device.readPointer = Optional.empty();
        assertThat(ring.call("try", PspCommand.UNLOAD_TA, 0, NOTHING).status()).isEqualTo(TeeCode.ITEM_NOT_FOUND);
        assertThat(ring.generation()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 32 * 1024, -4096})
    void aReadPointerThatCannotBeIsADeadProcessor(int pointer) {
        ring.ready("begin");
        laptop.device.readPointer = Optional.of(pointer);
        refused(HeapError.FIRMWARE_DEAD, () -> ring.call("try", PspCommand.UNLOAD_TA, 0, NOTHING));
        laptop.device.readPointer = Optional.empty();
        assertThat(ring.call("try", PspCommand.UNLOAD_TA, 0, NOTHING).status()).isEqualTo(TeeCode.ITEM_NOT_FOUND);
    }

    @Test
    void aProcessorThatIsGoneIsDeadAtOnceAndTakesNoMemory() {
        laptop.device.gone = true;
        long free = laptop.area.free();
        assertThat(refused(HeapError.FIRMWARE_DEAD, () -> ring.ready("try")).why()).contains("does not answer");
        refused(HeapError.FIRMWARE_DEAD, () -> tee.allocate(4096, Direction.INOUT));
        refused(HeapError.FIRMWARE_DEAD, () -> tee.open(ContentSample.APPLICATION, Login.PUBLIC));
        assertThat(laptop.area.free()).isEqualTo(free);
        laptop.device.gone = false;
        tee.open(ContentSample.APPLICATION, Login.PUBLIC).close();
    }

    @Test
    void aRingThatSomebodyLeftIsDestroyed() {
        ring.ready("first");
        PspRing second = new PspRing(laptop.device, ring.pages(), LaptopFixture.LIMITS,
                laptop.waiter, new Tenant(new Tenancies(), laptop, PspRing.WHICH));
        assertThat(second.ready("second")).isEqualTo(1);
        second.close();
    }

    @Test
    void anApplicationHas32SessionsAndNoMore() {
        List<TeeSession> sessions = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            sessions.add(tee.open(ContentSample.APPLICATION, Login.PUBLIC));
        }
        refused(HeapError.BUSY, () -> tee.open(ContentSample.APPLICATION, Login.PUBLIC));
        sessions.getFirst().close();
        tee.open(ContentSample.APPLICATION, Login.PUBLIC).close();
    }

    @Test
    void keysAreSetThroughSharedAndTemporaryMemory() {
        try (TeeSession session = tee.open(ContentSample.APPLICATION, Login.PUBLIC);
                SharedMemory shared = tee.allocate(4096, Direction.INPUT)) {
            TeeResult set = session.invoke(ContentSample.SET_KEY, new Param.Memory(shared, 0, 16, Direction.INPUT),
                    new Param.Temporary(MemorySegment.ofArray(new byte[16]), Direction.INPUT));
            assertThat(set.code()).isEqualTo(TeeCode.SUCCESS);
            assertThat(set.origin()).isEqualTo(TeeResult.Origin.TRUSTED_APPLICATION);
            assertThat(session.invoke(ContentSample.REMOVE_KEY, new Param.Memory(shared, 0, 16, Direction.INPUT))
                    .isSuccess()).isTrue();
            refused(HeapError.NOT_SUPPORTED, () -> session.invoke(ContentSample.SET_KEY,
                    new Param.Temporary(MemorySegment.ofArray(new byte[0]), Direction.INPUT)));
        }
    }

    @Test
    void anApplicationWithoutFileIsRefused() {
        assertThat(refused(HeapError.FIRMWARE_REFUSED, () ->
                tee.open(new UUID(1, 2), Login.PUBLIC)).why()).contains("no such firmware file");
    }

    @Test
    void whatIsClosedIsRefused() {
        TeeSession session = tee.open(ContentSample.APPLICATION, Login.PUBLIC);
        SharedMemory shared = tee.allocate(16, Direction.INPUT);
        shared.close();
        refused(HeapError.CLOSED, () -> session.invoke(0, Param.Memory.all(shared)));
        session.close();
        refused(HeapError.CLOSED, () -> session.invoke(0));
        tee.close();
        refused(HeapError.CLOSED, () -> tee.open(ContentSample.APPLICATION, Login.PUBLIC));
    }

    @Test
    void protectedMemoryIsOutOfReachUntilItIsReleasedAndThenZeros() {
        long address = laptop.area.allocate(1 << 20, 4096);
        laptop.cpu.fill(address, 1 << 20, (byte) 7);
        long cookie = protector.protect(address, 1 << 20, 1);
        assertThatExceptionOfType(BusFault.class)
                .isThrownBy(() -> laptop.cpu.readByte(address));
        laptop.power.soc().memory("video-decoder").writeByte(address, (byte) 1);
        protector.release(cookie);
        assertThat(laptop.cpu.readLong(address)).isZero();
    }

    @Test
    void chunksOutliveTheRing() {
        long address = laptop.area.allocate(1 << 20, 4096);
        long cookie = protector.protect(address, 1 << 20, 1);
        laptop.device.deaf = true;
        refused(HeapError.UNAVAILABLE, () -> protector.release(cookie));
        laptop.device.deaf = false;
        assertThatExceptionOfType(BusFault.class)
                .isThrownBy(() -> laptop.cpu.readByte(address));
        assertThat(protector.mapped(cookie).generation()).isEqualTo(2);
        protector.release(cookie);
        assertThat(laptop.cpu.readByte(address)).isZero();
    }

    @Test
    void useCasesThatTheBoardDoesNotKnowAreRefused() {
        long address = laptop.area.allocate(1 << 20, 4096);
        refused(HeapError.FIRMWARE_REFUSED, () -> protector.protect(address, 1 << 20, 9));
        assertThat(laptop.cpu.readByte(address)).isZero();
        try (TeeSession session = tee.open(ProtectedMemoryApplication.APPLICATION, Login.PUBLIC)) {
            assertThat(session.invoke(ProtectedMemoryApplication.RELEASE, new Param.Value(77, 0, Direction.INPUT)).code())
                    .isEqualTo(TeeCode.BAD_PARAMETERS);
        }
    }
}
