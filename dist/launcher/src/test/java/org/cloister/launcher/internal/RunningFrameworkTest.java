// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs bundles that are made here in a real framework, from a folder whose name has to be quoted in a URL. */
class RunningFrameworkTest {
    @TempDir
    private Path temporary;

    private Path bundle(String name, Map<String, String> headers, Class<?>... content) throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("a folder 100% +"));
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.putValue("Manifest-Version", "1.0");
        attributes.putValue("Bundle-ManifestVersion", "2");
        attributes.putValue("Bundle-SymbolicName", name);
        headers.forEach(attributes::putValue);
        Path file = folder.resolve(name + ".jar");
        try (OutputStream out = Files.newOutputStream(file); JarOutputStream jar = new JarOutputStream(out, manifest)) {
            for (Class<?> type : content) {
                String entry = type.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new JarEntry(entry));
                try (InputStream in = type.getClassLoader().getResourceAsStream(entry)) {
                    in.transferTo(jar);
                }
            }
        }
        return file;
    }

    private Path program() throws IOException {
        return bundle("program", Map.of("Bundle-Activator", Program.class.getName(),
                "Import-Package", "org.osgi.framework"), Program.class);
    }

    private RunningFramework framework(Map<String, String> properties, Path... bundles)
            throws IOException, LaunchException {
        Path storage = Files.createDirectory(temporary.resolve("storage"));
        return new RunningFramework(new LaunchFolder(List.of(bundles), properties), storage);
    }

    @Test
    void mainServiceGetsTheArgumentsAndGivesTheStatus() throws Exception {
        Path fragment = bundle("fragment", Map.of("Fragment-Host", "program"));

        try (RunningFramework framework = framework(Map.of("program.bias", "40"), fragment, program())) {
            framework.start("three", "little words");
            assertThat(framework.callMain()).isEqualTo(42);
        }
        assertThat(temporary.resolve("storage")).doesNotExist();
    }

    @Test
    void closeBeforeStartAndTwice() throws Exception {
        RunningFramework framework = framework(Map.of());
        framework.close();
        framework.close();

        assertThat(temporary.resolve("storage")).doesNotExist();
    }

    @Test
    void nothingStartsThatWasClosed() throws Exception {
        RunningFramework framework = framework(Map.of(), program());
        framework.close();

        assertThatExceptionOfType(LaunchException.class).isThrownBy(framework::start).withMessage("it is stopped");
        assertThat(temporary.resolve("storage")).doesNotExist();
    }

    @Test
    void noMainService() throws Exception {
        try (RunningFramework framework = framework(Map.of())) {
            framework.start();

            assertThatExceptionOfType(LaunchException.class).isThrownBy(framework::callMain)
                    .withMessage("there is no command line among the bundles");
        }
    }

    @Test
    void mainServiceThatThrows() throws Exception {
        try (RunningFramework framework = framework(Map.of(), program())) {
            framework.start();

            assertThatExceptionOfType(LaunchException.class).isThrownBy(framework::callMain)
                    .withMessage("the command line failed: java.lang.IllegalArgumentException: no arguments");
        }
    }

    @Test
    void bundleThatDoesNotResolve() throws Exception {
        Path unresolvable = bundle("unresolvable", Map.of("Import-Package", "no.such.thing"));

        try (RunningFramework framework = framework(Map.of(), unresolvable)) {
            assertThatExceptionOfType(LaunchException.class).isThrownBy(framework::start)
                    .withMessageContaining("no.such.thing");
        }
    }

    @Test
    void fileThatIsNoBundle() throws Exception {
        Path text = Files.writeString(temporary.resolve("text.jar"), "nonsense");

        try (RunningFramework framework = framework(Map.of(), text)) {
            assertThatExceptionOfType(LaunchException.class).isThrownBy(framework::start);
        }
    }
}
