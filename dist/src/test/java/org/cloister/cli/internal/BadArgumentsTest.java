// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BadArgumentsTest {
    private static final String BUNDLES = "Cannot coerce %s(Token) to any of [(Bundle), (CommandSession, Bundle, String)]";

    private static String sentence(String line, String message) {
        return BadArguments.sentence(new IllegalArgumentException(message), line, "7"::equals);
    }

    @ParameterizedTest
    @CsvSource({"stop 99999, stop, 99999", "felix:update nothing, update, nothing", "stop -t 7 x, stop, x",
            "lb | grep z; stop 12, stop, 12"})
    void noBundle(String line, String command, String word) {
        assertThat(sentence(line, BUNDLES.formatted(command))).isEqualTo(command + ": there is no bundle " + word
                + "; name one by its id or symbolic name, as lb -s lists them");
    }

    @Test
    void bundleThatIsThereIsNotToBlame() {
        assertThat(sentence("update 7 7 7", BUNDLES.formatted("update"))).isEqualTo("update does not take these"
                + " arguments, but (Bundle), (CommandSession, Bundle, String); help update has more");
    }

    @Test
    void otherTypes() {
        assertThat(sentence("level high", "Cannot coerce level(Token) to any of [(int), (BundleContext)]"))
                .isEqualTo("level does not take these arguments, but (int), (BundleContext); help level has more");
    }

    @Test
    void otherErrorsAreLeftAlone() {
        assertThat(sentence("stop 1", "Command not found: stop")).isEqualTo("Command not found: stop");
        assertThat(BadArguments.sentence(new IllegalStateException(), "x", _ -> false)).isEqualTo("IllegalStateException");
    }
}
