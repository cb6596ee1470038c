// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

/**
 * The file {@code bundles} says what the resolver gave for itest.bndrun when somebody last looked at it: a bundle that comes,
 * goes or changes its version because of something else is seen, and the tests do not just run with it.
 */
class BundlesTest {
    private static final String OWN = "org.cloister.";
    private static final String TESTER = "biz.aQute.";

    private static String line(Bundle bundle) {
        return bundle.getSymbolicName() + (bundle.getSymbolicName().startsWith(OWN) ? "" : " " + bundle.getVersion());
    }

    private static List<String> expected() throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                BundlesTest.class.getResourceAsStream("bundles"), StandardCharsets.UTF_8))) {
            return lines.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }

    @Test
    void theFrameworkHasTheBundlesOfTheFileAndNoOthers() throws IOException {
        assertThat(Stream.of(Framework.context().getBundles())
                .filter(bundle -> bundle.getBundleId() != 0 && !bundle.getLocation().startsWith("test:")
                        && !bundle.getSymbolicName().startsWith(TESTER))
                .map(BundlesTest::line))
                .as("itests/src/main/resources/org/cloister/itests/bundles is what itest.bndrun resolves to;"
                        + " if the difference is meant, change the file, and commit it")
                .containsExactlyInAnyOrderElementsOf(expected());
    }
}
