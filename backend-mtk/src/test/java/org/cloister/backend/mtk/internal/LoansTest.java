// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.backend.mtk.internal.Fixture.MIB;
import static org.cloister.backend.mtk.internal.Fixture.refused;

import java.util.List;
import java.util.Optional;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.layout.MtkCommand;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Core is told of blocks that are handed over and come back, and of what the application refuses. */
class LoansTest {
    private static final long PAGE = 4096;
    private static final long BLOCK = 64 * MIB;

    private Fixture f = new Fixture();

    @AfterEach
    void switchOff() {
        f.close();
    }

    private String range(long offset, long size) {
        return " 0x%x+0x%x".formatted(f.area().base() + offset, size);
    }

    @Test
    void aBlockIsToldOfWhenItIsHandedOverAndWhenItIsBack() {
        Pool pool = f.open(MemoryType.CM_CMA);
        PoolBuffer first = pool.allocate(PAGE, PAGE);
        PoolBuffer second = pool.allocate(PAGE, PAGE);
        pool.free(first);
        assertThat(f.host.loans).containsExactly("lent" + range(0, BLOCK));
        pool.free(second);
        assertThat(f.host.loans).containsExactly("lent" + range(0, BLOCK), "reclaimed" + range(0, BLOCK));
        assertThat(f.taken()).isZero();
    }

    @Test
    void eachBlockIsToldOf() {
        Pool pool = f.open(MemoryType.CM_CMA);
        PoolBuffer large = pool.allocate(BLOCK, PAGE);
        PoolBuffer small = pool.allocate(PAGE, PAGE);
        pool.free(large);
        pool.free(small);
        assertThat(f.host.loans).containsExactly("lent" + range(0, BLOCK), "lent" + range(BLOCK, BLOCK),
                "reclaimed" + range(0, BLOCK), "reclaimed" + range(BLOCK, BLOCK));
    }

    @Test
    void whatWasProtectedAtBootIsNeverLent() {
        Pool pool = f.open(MemoryType.CM_TZ);
        pool.free(pool.allocate(PAGE, PAGE));
        assertThat(f.host.loans).isEmpty();
    }

    private void answer(HeapError error) {
        f.tee.before = command -> {
            if (command == MtkCommand.ZEROED_ALLOCATE) {
                throw new HeapException(error, "call", "the TEE", "a test says so", "none");
            }
        };
    }

    @Test
    void aRefusedBlockIsAFaultAndNoLend() {
        Pool pool = f.open(MemoryType.CM_CMA);
        answer(HeapError.FIRMWARE_REFUSED);
        refused(HeapError.FIRMWARE_REFUSED, () -> pool.allocate(PAGE, PAGE));
        assertThat(f.host.loans).containsExactly("faulted" + range(0, BLOCK));
        assertThat(f.host.faults).singleElement().asString().contains("could not be handed over", "a test says so");
        assertThat(f.host.quarantined).isEmpty();
    }

    @Test
    void aBlockOfUnknownFateIsAFaultAndNeverBack() {
        Pool pool = f.open(MemoryType.CM_CMA);
        answer(HeapError.TIMED_OUT);
        refused(HeapError.TIMED_OUT, () -> pool.allocate(PAGE, PAGE));
        f.tee.before = command -> { };
        pool.retryQuarantined();
        pool.destroy();
        assertThat(f.host.loans).containsExactly("faulted" + range(0, BLOCK));
        assertThat(f.host.quarantined).containsExactly(range(0, BLOCK).strip());
    }

    @Test
    void aBufferThatCannotBeFreedIsAFaultAndTheBlockComesBackLater() {
        Pool pool = f.open(MemoryType.CM_CMA);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        f.tee.change = (command, answer) -> command == MtkCommand.FREE
                ? DisturbedTee.with(answer, 1, MtkCommand.NOT_FREED, 0) : answer;
        pool.free(buffer);
        assertThat(f.host.loans).containsExactly("lent" + range(0, BLOCK), "faulted" + range(0, PAGE));
        assertThat(f.host.quarantined).containsExactly(range(0, PAGE).strip());
        f.tee.change = (command, answer) -> answer;
        f.host.loans.clear();
        pool.retryQuarantined();
        pool.retryQuarantined();
        assertThat(f.host.loans).containsExactly("reclaimed" + range(0, BLOCK));
    }

    @Test
    void blocksThatAreLostWithTheApplicationAreNotBack() {
        Pool pool = f.open(MemoryType.CM_CMA);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        f.restartApplication(Numbering.CURRENT);
        f.current = List.of(f.tee.again());
        refused(HeapError.FIRMWARE_DEAD, () -> pool.allocate(PAGE, PAGE));
        pool.free(buffer);
        pool.destroy();
        assertThat(f.host.loans).containsExactly("lent" + range(0, BLOCK));
    }

    @Test
    void chunksOfTheLegacyNumberingAreToldOfToo() {
        f.close();
        f = new Fixture(Optional.empty(), Numbering.LEGACY, SecureVideo.NONE);
        Pool pool = f.open(MemoryType.CM_CMA);
        pool.free(pool.allocate(PAGE, PAGE));
        assertThat(f.host.loans).containsExactly("lent" + range(0, 16 * MIB), "reclaimed" + range(0, 16 * MIB));
    }
}
