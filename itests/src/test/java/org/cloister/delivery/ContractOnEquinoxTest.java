// SPDX-License-Identifier: Apache-2.0
package org.cloister.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract does not depend on the framework: backends that meet it in Felix, as others test, meet it in Equinox. */
@Timeout(300)
class ContractOnEquinoxTest {
    @TempDir
    private Path scratch;

    @ParameterizedTest
    @CsvSource({"jacinto, carveout", "virt-optee, optee", "mt8195, mtk", "amd-laptop, amdtee"})
    void backendsMeetTheContract(String board, String backend) throws Exception {
        Path setup = Files.writeString(scratch.resolve("setup.json"),
                "{\"org.cloister.emulator.board\": {\"board\": \"%s\"}}".formatted(board));
        Path bundle = Path.of("../backend-%s/target/org.cloister.backend.%s-%s.jar".formatted(backend, backend,
                System.getProperty("cloister.version")));
        meetsTheContract(bundle.toString(), "--config", setup.toString());
    }

    @Test
    void aBackendOfAThirdPartyMeetsTheContract() throws Exception {
        meetsTheContract(new FirstBackend(scratch).build("").toString());
    }

    private void meetsTheContract(String... test) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("tck", "--framework", DeliveredProgram.equinoxAlone()));
        arguments.addAll(List.of(test));
        DeliveredProgram.Outcome outcome = new DeliveredProgram(scratch).run(DeliveredProgram.felix(),
                arguments.toArray(String[]::new));
        assertThat(outcome.out()).as(outcome.err()).containsPattern(" on org\\.eclipse\\.osgi 3\\.\\d+")
                .contains("The contract is met", ", 0 failed");
        assertThat(outcome.status()).isZero();
    }
}
