// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.cloister.tee.Tee;
import org.junit.jupiter.api.Test;

/** This machine has no trusted OS. */
class TrustedOsTest {
    @Test
    void withoutADeviceThereIsNoService() {
        assertThat(Path.of("/dev/tee0")).doesNotExist();
        assertThat(Guest.context().getServiceReference(Tee.class)).isNull();
    }

    @Test
    void aFileOfThatNameIsNone() throws Exception {
        Path impostor = Path.of("/dev/tee0");
        java.nio.file.Files.createFile(impostor);
        try {
            Path heap = Path.of(Guest.HEAPS + "marker");
            java.nio.file.Files.createFile(heap); // seen after the other
            java.nio.file.Files.delete(heap);
            assertThat(Guest.context().getServiceReference(Tee.class)).isNull();
        } finally {
            java.nio.file.Files.delete(impostor);
        }
    }
}
