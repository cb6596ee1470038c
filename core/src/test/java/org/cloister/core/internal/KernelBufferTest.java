// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.refused;

import java.util.List;
import java.util.OptionalInt;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Buffers of which only the kernel knows where they are, and their names. */
@Timeout(60)
class KernelBufferTest {
    private static final HeapException REFUSAL =
            new HeapException(HeapError.NOT_SUPPORTED, "name a buffer", "the pool", "it cannot", "go without");

    private final World world = new World();
    private final FakeBackend backend = FakeBackend.video("a");

    KernelBufferTest() {
        world.add(backend);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private DmaBuf placeless() {
        PoolBuffer memory = backend.pool().allocate(4096, 4096);
        ((FakeBuffer) memory).script().answer("segments", 0);
        backend.pool().script.answer("allocate", memory);
        return world.video().allocate(4096);
    }

    @Test
    void aBufferNeedsNoPlaceIfItHasADescriptor() {
        try (DmaBuf buffer = placeless()) {
            assertThat(buffer.size()).isEqualTo(4096);
            assertThat(buffer.fd()).isEqualTo(OptionalInt.of(42));
        }
    }

    @Test
    void devicesOfThisFrameworkDoNotReachIt() {
        try (DmaBuf buffer = placeless()) {
            assertThat(refused(HeapError.UNREACHABLE,
                    () -> world.importers().attach(buffer, new FakeImporter("decoder"), Access.READ)))
                    .hasMessageContaining("its own drivers take the descriptor");
        }
    }

    @Test
    void namesReachThePool() {
        try (DmaBuf buffer = world.video().allocate(AllocationRequest.of(1).named("first"))) {
            buffer.setName("second");
            assertThat(backend.pool().names).containsExactlyElementsOf(List.of("first", "second"));
            assertThat(buffer.name()).isEqualTo("second");
        }
    }

    @Test
    void aNameThatThePoolRefusesLeavesTheOldOne() {
        try (DmaBuf buffer = world.video().allocate(AllocationRequest.of(1).named("first"))) {
            backend.pool().script.fail("name", REFUSAL);
            refused(HeapError.NOT_SUPPORTED, () -> buffer.setName("second"));
            assertThat(buffer.name()).isEqualTo("first");
        }
    }

    @Test
    void aBufferThatCannotBeNamedIsFreed() {
        backend.pool().script.fail("name", REFUSAL);
        refused(HeapError.NOT_SUPPORTED, () -> world.video().allocate(AllocationRequest.of(1).named("first")));
        assertThat(backend.pool().live()).isZero();
        backend.pool().script.forget("name");
        world.video().allocate(1).close();
    }
}
