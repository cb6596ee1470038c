// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.backend.optee.internal.BackendFixture.refused;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.backend.optee.rstmem.RestrictedAllocation;
import org.cloister.backend.optee.rstmem.RestrictedMemory;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Enforcement;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.cloister.tee.Direction;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RestrictedMemoryCallsTest {
    private static final HeapAttributes RESTRICTED = HeapAttributes.builder()
            .enforcement(Enforcement.FIREWALL).cpuAccess(Access.NONE).build();

    private final List<Heap> heaps = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private Optional<HeapException> allocationFails = Optional.empty();
    private Optional<HeapException> registrationFails = Optional.empty();
    private final RestrictedMemory calls = new RestrictedMemoryCalls(
            fake(Heaps.class, Map.of("list", args -> heaps, "explain", args -> new Explanation((String) args[0], false,
                    List.of(new Explanation.Reason(Explanation.Kind.values()[0], "optee", "it was told to"))))),
            fake(Tee.class, Map.of("register", args -> register((DmaBuf) args[0], (Direction) args[1]))));

    /** What a method of an interface does. */
    @FunctionalInterface
    private interface Body {
        Object run(Object... arguments);
    }

    private static <T> T fake(Class<T> type, Map<String, Body> bodies) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (self, method, arguments) -> Optional.ofNullable(bodies.get(method.getName())).orElseThrow(
                        () -> new UnsupportedOperationException(method.toString())).run(arguments)));
    }

    private void heap(UseCase useCase, HeapState state, HeapAttributes attributes) {
        heap(useCase.heapName(), "optee", useCase, state, attributes);
    }

    private void heap(String name, String backend, UseCase useCase, HeapState state, HeapAttributes attributes) {
        heaps.add(fake(Heap.class, Map.of("name", args -> name, "backend", args -> backend,
                "useCase", args -> useCase, "state", args -> state, "attributes", args -> attributes,
                "allocate", args -> buffer(((AllocationRequest) args[0]).size()))));
    }

    private Object logged(String what) {
        log.add(what);
        return null;
    }

    private static void failing(Optional<HeapException> failure) {
        failure.ifPresent(e -> {
            throw e;
        });
    }

    private DmaBuf buffer(long size) {
        failing(allocationFails);
        log.add("allocate " + size);
        return fake(DmaBuf.class, Map.of("size", args -> size + 4095 & -4096, "close", args -> logged("close buffer")));
    }

    private SharedMemory register(DmaBuf buffer, Direction direction) {
        failing(registrationFails);
        log.add("register " + buffer.size() + " " + direction);
        return fake(SharedMemory.class, Map.of("close", args -> logged("close memory")));
    }

    private static HeapException because(HeapError error) {
        return new HeapException(error, "test", "it", "it was told to", "stop telling it");
    }

    @Test
    void memoryIsAllocatedAndKnownToTheTrustedOs() {
        heap(UseCase.SECURE_VIDEO, HeapState.AVAILABLE, RESTRICTED);
        try (RestrictedAllocation given = calls.allocate(5000, 0, 1)) {
            assertThat(given.size()).isEqualTo(8192);
            assertThat(given.flags()).isEqualTo(0x10);
            assertThat(log).containsExactly("allocate 5000", "register 8192 INOUT");
        }
        assertThat(log).endsWith("close memory", "close buffer");
    }

    @Test
    void amongSeveralHeapsItIsTheOneOfThisTrustedOs() {
        heap("encrypted,secure-video", "", UseCase.SECURE_VIDEO, HeapState.UNAVAILABLE, RESTRICTED);
        heap("another,secure-video", "mtk", UseCase.SECURE_VIDEO, HeapState.AVAILABLE, RESTRICTED);
        heap(UseCase.SECURE_VIDEO, HeapState.AVAILABLE, RESTRICTED);
        calls.allocate(4096, 0, 1);
        assertThat(log).startsWith("allocate 4096");
        heaps.removeLast();
        heap("protected,secure-video", "", UseCase.SECURE_VIDEO, HeapState.UNAVAILABLE, RESTRICTED);
        refused(HeapError.UNAVAILABLE, () -> calls.allocate(4096, 0, 1));
    }

    @Test
    void vendorsUseCasesAreFoundByTheirNumber() {
        heap(UseCase.SECURE_VIDEO, HeapState.AVAILABLE, RESTRICTED);
        heap(new UseCase(256, "camera-keys"), HeapState.AVAILABLE, RESTRICTED);
        calls.allocate(1, 0, 256);
        assertThat(log).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "0x10,1", "-1,1", "0,0", "0,-1", "0,4", "0,255", "0,256", "0,0x7fffffff"})
    void argumentsThatCannotBe(String flags, String useCase) {
        heap(UseCase.SECURE_VIDEO, HeapState.AVAILABLE, RESTRICTED);
        HeapException e = refused(HeapError.INVALID_ARGUMENT,
                () -> calls.allocate(4096, Integer.decode(flags), Integer.decode(useCase)));
        assertThat(e.error().errnoName()).isEqualTo("EINVAL");
        assertThat(log).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "-9223372036854775808"})
    void sizesThatCannotBe(long size) {
        heap(UseCase.SECURE_VIDEO, HeapState.AVAILABLE, RESTRICTED);
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> calls.allocate(size, 0, 1)).error().errno()).isEqualTo(22);
        assertThat(log).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3"})
    void nobodyServesIt(int useCase) {
        HeapException e = refused(HeapError.UNAVAILABLE, () -> calls.allocate(4096, 0, useCase));
        assertThat(e.error().errnoName()).isEqualTo("ENODEV");
        assertThat(e.why()).contains("it was told to");
    }

    @Test
    void nobodyServesItAnyMore() {
        heap(UseCase.SECURE_VIDEO, HeapState.UNAVAILABLE, RESTRICTED);
        refused(HeapError.UNAVAILABLE, () -> calls.allocate(4096, 0, 1));
        assertThat(log).isEmpty();
    }

    @Test
    void memoryThatIsNotRestrictedDoesNotCount() {
        heap(UseCase.SECURE_VIDEO, HeapState.AVAILABLE, HeapAttributes.builder().build());
        refused(HeapError.UNAVAILABLE, () -> calls.allocate(4096, 0, 1));
        assertThat(log).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"NO_MEMORY", "NO_REGION", "QUOTA_EXCEEDED", "DRAINING", "FIRMWARE_REFUSED", "FIRMWARE_DEAD",
        "BACKEND_FAILED", "CLOSED", "INVALID_ARGUMENT"})
    void whatTheHeapRefuses(HeapError error) {
        heap(UseCase.SECURE_VIDEO, HeapState.AVAILABLE, RESTRICTED);
        allocationFails = Optional.of(because(error));
        refused(error, () -> calls.allocate(4096, 0, 1));
        assertThat(log).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"INVALID_ARGUMENT", "NOT_SUPPORTED", "CLOSED", "REVOKED", "UNAVAILABLE", "FIRMWARE_DEAD"})
    void aBufferThatTheTrustedOsRefusesGoesBack(HeapError error) {
        heap(UseCase.SECURE_VIDEO, HeapState.AVAILABLE, RESTRICTED);
        registrationFails = Optional.of(because(error));
        refused(error, () -> calls.allocate(4096, 0, 1));
        assertThat(log).containsExactly("allocate 4096", "close buffer");
    }
}
