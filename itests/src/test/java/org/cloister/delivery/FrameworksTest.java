// SPDX-License-Identifier: Apache-2.0
package org.cloister.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The folder of bundles as it is delivered, started by more than one framework, up to a protected buffer. */
@Timeout(300)
class FrameworksTest {
    @TempDir
    private Path scratch;

    @Test
    void felixStartsTheFolder() throws Exception {
        assertServes(DeliveredProgram.felix());
    }

    @Test
    void equinoxStartsTheFolder() throws Exception {
        assertServes(DeliveredProgram.equinox());
        assertThat(new DeliveredProgram(scratch).run(DeliveredProgram.equinox(), "--version").out())
                .containsPattern("OSGi framework 3\\.\\d+");
    }

    private void assertServes(String classPath) throws Exception {
        DeliveredProgram.Outcome outcome = new DeliveredProgram(scratch).run(
                classPath, "shell", "heap:alloc protected,secure-video 1M", "--board", "virt-optee");
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out()).as(outcome.err()).contains("1 MiB of protected,secure-video", "restricted");
    }
}
