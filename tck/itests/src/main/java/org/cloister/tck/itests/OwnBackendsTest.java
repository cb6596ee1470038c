// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.cloister.tck.ContractReport;
import org.cloister.tck.Verdict;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;

/** Cloister's own backends meet the contract, on the boards that they are for. */
class OwnBackendsTest {
    private static final String SOC = "org.cloister.emulator.soc.Soc";

    /** There is one observer at a time: that of the board. */
    @BeforeEach
    void withoutTheSmallMachine() throws Exception {
        Framework.bundle("org.cloister.tck.machine").stop();
    }

    @AfterEach
    void withTheSmallMachine() throws Exception {
        Framework.bundle("org.cloister.tck.machine").start();
    }

    @ParameterizedTest
    @CsvSource({
        "jacinto, org.cloister.backend.carveout",
        "virt-optee, org.cloister.backend.optee",
        "virt-optee-smc, org.cloister.backend.optee",
        "virt-optee-static, org.cloister.backend.optee",
        "mt8195, org.cloister.backend.mtk",
        "amd-laptop, org.cloister.backend.amdtee",
        "amd-laptop-no-tee, org.cloister.backend.amdtee",
    })
    void meetsTheContract(String board, String bundle) throws Exception {
        Configuration configuration = Framework.configure("org.cloister.emulator.board", Map.of("board", board));
        try {
            Framework.eventually("the board is on", () -> isOn(board));
            ContractReport report = Framework.test(bundle);
            assertThat(Framework.failures(report)).isEmpty();
            assertThat(report.count(Verdict.PASSED)).isGreaterThan(150);
        } finally {
            configuration.delete();
            Framework.eventually("the board is off", () -> Framework.context().getServiceReference(SOC) == null);
        }
    }

    private static boolean isOn(String board) {
        try {
            return Framework.context().getServiceReferences(SOC, "(&(board=%s)(board.complete=true))".formatted(board))
                    != null;
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
