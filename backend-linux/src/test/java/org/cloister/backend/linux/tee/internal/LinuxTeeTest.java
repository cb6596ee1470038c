// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.tee.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeOperation;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;
import org.cloister.tee.TeeVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinuxTeeTest {
    private static final UUID APPLICATION = UUID.fromString("01020304-0506-0708-090a-0b0c0d0e0f10");
    private static final UUID STRANGER = UUID.fromString("11020304-0506-0708-090a-0b0c0d0e0f10");

    private final FakeTee kernel = new FakeTee();
    private final TeeDevice device = TeeDevice.look(kernel, "/dev/tee0", "tee0");
    private final LinuxTee tee = new LinuxTee(device, Optional::empty);

    @AfterEach
    void nothingIsLeftOpen() {
        tee.close();
        assertThat(kernel.open).isEmpty();
        assertThat(kernel.sessions).hasValue(0);
    }

    private static HeapException refused(HeapError error, ThrowingCallable call) {
        var thrown = new HeapException[1];
        assertThatThrownBy(call).isInstanceOfSatisfying(HeapException.class, e -> {
            thrown[0] = e;
            assertThat(e.error()).as("%s", e).isEqualTo(error);
        });
        return thrown[0];
    }

    private TeeSession session() {
        return tee.open(APPLICATION, Login.PUBLIC);
    }

    @Test
    void versionAndIdentity() {
        assertThat(tee.id()).isEqualTo("optee@tee0");
        assertThat(tee.version().implementation()).isEqualTo(TeeVersion.OPTEE);
        assertThat(tee.version().capabilities()).containsExactlyInAnyOrder(TeeVersion.Capability.GLOBAL_PLATFORM,
                TeeVersion.Capability.REGISTERED_MEMORY, TeeVersion.Capability.NULL_MEMORY);
    }

    @Test
    void devicesThatCannotBeOpened() {
        kernel.refusals.put("open", -13);
        assertThat(refused(HeapError.NOT_PERMITTED, () -> TeeDevice.look(kernel, "/dev/tee0", "tee0")).remedy())
                .contains("udev");
        kernel.refusals.put("open", -22);
        refused(HeapError.FIRMWARE_DEAD, () -> new LinuxTee(device, Optional::empty));
        kernel.refusals.clear();
        kernel.refusals.put("TEE_IOC_VERSION", -25);
        refused(HeapError.NOT_SUPPORTED, () -> TeeDevice.look(kernel, "/dev/tee0", "tee0"));
        kernel.refusals.clear();
    }

    @Test
    void applicationsThatAreNotThere() {
        assertThat(refused(HeapError.FIRMWARE_REFUSED, () -> tee.open(STRANGER, Login.PUBLIC)))
                .hasMessageContaining("ITEM_NOT_FOUND").hasMessageContaining("by TEE")
                .hasMessageContaining("install the trusted application");
    }

    @Test
    void theKernelIsToldTheGroupAndFindsTheUser() {
        tee.open(APPLICATION, new Login.Group(44)).close();
        assertThat(kernel.client).isEqualTo(44);
        tee.open(APPLICATION, new Login.User(1000)).close();
        assertThat(kernel.client).isZero();
    }

    @Test
    void numbersGoAndCome() {
        try (TeeSession session = session()) {
            TeeResult result = session.invoke(FakeTee.ADD, new Param.Value(40, 2, Direction.INOUT));
            assertThat(result.isSuccess()).isTrue();
            assertThat(result.origin()).isEqualTo(TeeResult.Origin.TRUSTED_APPLICATION);
            assertThat(result.value(0).a()).isEqualTo(42);
            assertThat(session.invoke(99).code()).isEqualTo(TeeCode.BAD_PARAMETERS);
        }
    }

    @Test
    void memoryIsSharedOrCopied() {
        try (TeeSession session = session(); SharedMemory memory = tee.allocate(16, Direction.INOUT)) {
            memory.segment().orElseThrow().set(JAVA_BYTE, 5, (byte) 9);
            var into = MemorySegment.ofArray(new byte[8]);
            TeeResult result = session.invoke(FakeTee.COPY, new Param.Memory(memory, 4, 4, Direction.INPUT),
                    new Param.Temporary(into, Direction.OUTPUT));
            assertThat(result.isSuccess()).isTrue();
            assertThat(into.get(JAVA_BYTE, 1)).isEqualTo((byte) 9);
            assertThat(result.params().get(1)).isInstanceOfSatisfying(Param.Temporary.class,
                    back -> assertThat(back.memory().byteSize()).isEqualTo(4));
            assertThat(session.invoke(FakeTee.COPY, new Param.Memory(memory, 0, 16, Direction.INPUT),
                    new Param.Temporary(into, Direction.OUTPUT)).code()).isEqualTo(TeeCode.SHORT_BUFFER);
        }
    }

    @Test
    void aCallIsCancelled() throws Exception {
        try (TeeSession session = session()) {
            var operation = new TeeOperation();
            var call = CompletableFuture.supplyAsync(() -> session.invoke(FakeTee.WAIT, operation));
            assertThat(kernel.waiting.await(60, TimeUnit.SECONDS)).isTrue();
            operation.cancel();
            assertThat(call.get(60, TimeUnit.SECONDS).code()).isEqualTo(TeeCode.CANCEL);
        }
    }

    @Test
    void whoClosesASessionEndsItsCalls() throws Exception {
        TeeSession session = session();
        var call = CompletableFuture.supplyAsync(() -> session.invoke(FakeTee.WAIT));
        assertThat(kernel.waiting.await(60, TimeUnit.SECONDS)).isTrue();
        session.close();
        assertThat(call.get(60, TimeUnit.SECONDS).code()).isEqualTo(TeeCode.CANCEL);
        refused(HeapError.CLOSED, () -> session.invoke(FakeTee.ADD));
        session.close();
    }

    @Test
    void whoBreaksTheProtocolIsNotBelieved() {
        try (TeeSession session = session(); SharedMemory memory = tee.allocate(16, Direction.OUTPUT)) {
            refused(HeapError.PROTOCOL, () -> session.invoke(FakeTee.NO_ORIGIN));
            refused(HeapError.PROTOCOL, () -> session.invoke(FakeTee.NEGATIVE_SIZE, Param.Memory.all(memory)));
        }
    }

    @Test
    void memoryOfOthersAndOfThePast() {
        try (LinuxTee other = new LinuxTee(device, Optional::empty); TeeSession session = session()) {
            SharedMemory foreign = other.allocate(16, Direction.INOUT);
            refused(HeapError.INVALID_ARGUMENT, () -> session.invoke(FakeTee.COPY, Param.Memory.all(foreign)));
            SharedMemory past = tee.allocate(16, Direction.INOUT);
            past.close();
            past.close();
            refused(HeapError.CLOSED, () -> session.invoke(FakeTee.COPY, Param.Memory.all(past)));
            assertThat(past.segment().orElseThrow().scope().isAlive()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"TEE_IOC_SHM_ALLOC,12,NO_MEMORY", "TEE_IOC_SHM_ALLOC,22,INVALID_ARGUMENT", "mmap,12,NO_MEMORY",
        "TEE_IOC_SHM_ALLOC,24,TOO_MANY_FILES", "TEE_IOC_SHM_ALLOC,19,FIRMWARE_DEAD", "TEE_IOC_SHM_ALLOC,5,FIRMWARE_DEAD"})
    void memoryThatCannotBeShared(String call, int errno, HeapError error) {
        kernel.refusals.put(call, -errno);
        refused(error, () -> tee.allocate(4096, Direction.INOUT));
        try (TeeSession session = session()) {
            refused(error, () -> session.invoke(FakeTee.ADD, new Param.Value(1, 2, Direction.INOUT),
                    new Param.Temporary(MemorySegment.ofArray(new byte[1]), Direction.INPUT)));
        }
    }

    @Test
    void sizesOfNothing() {
        refused(HeapError.INVALID_ARGUMENT, () -> tee.allocate(0, Direction.INOUT));
        refused(HeapError.INVALID_ARGUMENT, () -> tee.allocate(-1, Direction.INOUT));
    }

    @Test
    void whatABundleLeavesOpenIsClosedWithIt() {
        SharedMemory memory = tee.allocate(16, Direction.INOUT);
        TeeSession session = session();
        tee.close();
        refused(HeapError.CLOSED, () -> session.invoke(FakeTee.ADD));
        assertThat(memory.segment().orElseThrow().scope().isAlive()).isFalse();
        refused(HeapError.CLOSED, () -> tee.open(APPLICATION, Login.PUBLIC));
        refused(HeapError.CLOSED, () -> tee.allocate(16, Direction.INOUT));
    }

    @Test
    void registrationWantsCore() {
        refused(HeapError.UNAVAILABLE, () -> tee.register(new TestBuffer(), Direction.INOUT));
    }

    @ParameterizedTest
    @CsvSource({"7000,true", "20,false"})
    void buffersOfItsOwnHeapsAreRegistered(int fd, boolean known) {
        var host = new TestHost(fd);
        try (LinuxTee own = new LinuxTee(device, () -> Optional.of(host)); TeeSession session =
                own.open(APPLICATION, Login.PUBLIC)) {
            if (!known) {
                refused(HeapError.INVALID_ARGUMENT, () -> own.register(new TestBuffer(), Direction.INOUT));
                assertThat(host.borrowed()).isZero();
                return;
            }
            SharedMemory memory = own.register(new TestBuffer(), Direction.INOUT);
            assertThat(memory.size()).isEqualTo(4096);
            assertThat(memory.segment()).isEmpty();
            assertThat(host.borrowed()).isOne();
            host.revoke();
            assertThat(host.borrowed()).isZero();
            refused(HeapError.REVOKED, () -> session.invoke(FakeTee.COPY, Param.Memory.all(memory)));
            memory.close();
        }
    }

    @Test
    void kernelsWithoutRegistration() {
        var host = new TestHost(7000);
        try (LinuxTee own = new LinuxTee(device, () -> Optional.of(host))) {
            kernel.refusals.put("TEE_IOC_SHM_REGISTER_FD", -25);
            assertThat(refused(HeapError.NOT_SUPPORTED, () -> own.register(new TestBuffer(), Direction.INOUT)).remedy())
                    .contains("6.18");
        }
        assertThat(host.borrowed()).isZero();
    }
}
