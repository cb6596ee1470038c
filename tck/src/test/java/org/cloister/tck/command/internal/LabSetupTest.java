// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.command.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabSetupTest {
    @TempDir
    private Path directory;

    private LabSetup read(String json) throws IOException, Unusable {
        return LabSetup.read(Files.writeString(directory.resolve("tck.json"), json));
    }

    @Test
    void propertiesKeepTheirTypes() throws Exception {
        var properties = read("""
                {"acme": {"text": "x", "number": 4096, "part": 0.5, "on": true, "off": false, "several": ["a", "b"]}}
                """).configurations().get("acme");
        assertThat(properties.get("text")).isEqualTo("x");
        assertThat(properties.get("number")).isEqualTo(4096L);
        assertThat(properties.get("part")).isEqualTo(0.5);
        assertThat(properties.get("on")).isEqualTo(true);
        assertThat(properties.get("off")).isEqualTo(false);
        assertThat(properties.get("several")).isEqualTo(new String[] {"a", "b"});
    }

    @Test
    void jarsAreRelativeToTheFile() throws Exception {
        assertThat(read("{\":tck:bundles\": [\"observer.jar\"]}").bundles())
                .containsExactly(directory.resolve("observer.jar"));
    }

    @Test
    void keysOfTheConfiguratorAreNoConfigurations() throws Exception {
        assertThat(read("{\":configurator:resource-version\": 1}").configurations()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "`{`                                | is not a JSON object",
        "`[]`                               | is not a JSON object",
        "``                                 | is not a JSON object",
        "`{\"acme\": 1}`                    | acme is not an object",
        "`{\"acme\": {\"a\": {}}}`          | acme.a is neither text",
        "`{\"acme\": {\"a\": null}}`        | acme.a is neither text",
        "`{\"acme\": {\"a\": [1]}}`         | acme.a is not an array of strings",
        "`{\":tck:bundles\": \"a.jar\"}`    | :tck:bundles is not an array of strings",
    })
    void whatIsNoSetupIsRefused(String json, String why) {
        assertThatExceptionOfType(Unusable.class).isThrownBy(() -> read(json)).withMessageContaining(why);
    }

    @Test
    void aFileThatIsNotThereIsRefused() {
        assertThatExceptionOfType(Unusable.class).isThrownBy(() -> LabSetup.read(directory.resolve("none.json")))
                .withMessageContaining("none.json").withMessageContaining("name another file");
    }
}
