// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloister.backend.optee.internal.TestBoard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The driver says what Linux's drivers said when they were recorded: while it looks for OP-TEE, asks how memory is to be
 * lent, lends, and takes back. What another driver of Linux said in between, which lists trusted applications, is passed
 * over.
 */
class GoldenWireTest {
    private static final long MIB = 1 << 20;

    private final TestBoard board = TestBoard.of(TestBoard.Kind.NONE);

    @AfterEach
    void off() {
        board.close();
    }

    private Driver probe(GoldenConduit golden) {
        var machine = new Probe.Machine(2, true, OptionalInt.of(187), Duration.ofSeconds(1), CallTime.machine(),
                Optional.of(board.soc().interrupts()), Runnable::run, () -> { });
        Probe.Result result = new Probe(golden, new Pages(board.cpu(), board.area()), machine).probe();
        assertThat(result).isInstanceOf(Probe.Result.Found.class);
        return ((Probe.Result.Found) result).driver();
    }

    private long lend(Driver driver, LoanTerms terms) {
        long address = board.area().allocate(terms.minimumSize(), terms.alignment());
        long reference = driver.loans().lend(address, terms.minimumSize(), 1, terms);
        driver.loans().assign(reference, 1);
        board.area().release(address); // so that the next chunk is at the same address, as it was
        return reference;
    }

    private static void takeBack(Driver driver, long reference) {
        driver.loans().release(reference);
        driver.loans().reclaim(reference);
    }

    @Test
    void byFfa() throws IOException {
        var golden = new GoldenConduit(board.cpu(), "ffa-dyn.wire.txt");
        Driver driver = probe(golden);
        assertThat(driver.transport().name()).isEqualTo("FF-A 1.2");
        assertThat(driver.transport().osVersion()).isEqualTo("4.10");
        LoanTerms terms = driver.terms(1);
        assertThat(terms).isEqualTo(new LoanTerms(MIB, 4096, 64, List.of(0x28001)));
        driver.transport().settle();
        golden.skipTo("alloc A");
        lifeOfABuffer(golden, driver, terms);
    }

    @Test
    void byItsOwnInterface() throws IOException {
        var golden = new GoldenConduit(board.cpu(), "smc-dyn.wire.txt");
        Driver driver = probe(golden);
        assertThat(driver.transport().name()).isEqualTo("SMC");
        assertThat(driver.transport().osVersion()).isEqualTo("4.10");
        LoanTerms terms = driver.terms(1);
        assertThat(terms).isEqualTo(new LoanTerms(MIB, 4096, 64, List.of()));
        driver.transport().settle();
        golden.skipTo("alloc A");
        lifeOfABuffer(golden, driver, terms);
    }

    private void lifeOfABuffer(GoldenConduit golden, Driver driver, LoanTerms terms) {
        long a = lend(driver, terms);
        golden.steps("A=6", "alloc B", "B=7", "TEE_IOC_SHM_REGISTER_FD A", "shmfd=8", "alloc C", "C=-12", "close A",
                "close B", "close shm fd");
        takeBack(driver, a);
        golden.steps("alloc D");
        long d = lend(driver, terms);
        golden.steps("D=6", "close D");
        takeBack(driver, d);
        golden.finished();
    }
}
