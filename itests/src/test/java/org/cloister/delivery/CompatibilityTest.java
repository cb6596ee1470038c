// SPDX-License-Identifier: Apache-2.0
package org.cloister.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.osgi.Jar;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backends of other times in the program of today. */
@Timeout(300)
class CompatibilityTest {
    @TempDir
    private Path scratch;

    @Test
    void aBackendOfTheFirstReleaseMeetsTheContractOfToday() throws Exception {
        Path bundle = new FirstBackend(scratch).build("");
        try (Jar jar = new Jar(bundle.toFile())) {
            assertThat(jar.getManifest().getMainAttributes().getValue("Import-Package"))
                    .contains("org.cloister.backend;version=\"[1.0,2)\"", "org.cloister.heap;version=\"[1.0,2)\"");
        }
        DeliveredProgram.Outcome outcome = new DeliveredProgram(scratch).run(DeliveredProgram.felix(), "tck",
                bundle.toString());
        assertThat(outcome.out()).as(outcome.err()).contains("org.acme.first 1.0.0", "The contract is met", ", 0 failed");
        assertThat(outcome.status()).isZero();
    }

    @Test
    void aBackendOfALaterReleaseIsRefusedInASentence() throws Exception {
        Path bundle = new FirstBackend(scratch).build("org.cloister.backend;version=\"[1.5,2)\",");
        DeliveredProgram.Outcome outcome = new DeliveredProgram(scratch).run(DeliveredProgram.felix(), "tck",
                bundle.toString());
        assertThat(outcome.err()).contains("org.acme.first does not start: it was built for org.cloister.backend 1.5.0, and"
                + " here is 1.", "; update Cloister, or build it against version 1.", " of the API");
        assertThat(outcome.status()).isEqualTo(2);
    }
}
