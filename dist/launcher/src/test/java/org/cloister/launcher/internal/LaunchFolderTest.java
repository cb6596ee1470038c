// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchFolderTest {
    @TempDir
    private Path folder;

    private void properties(String... lines) throws IOException {
        Files.writeString(folder.resolve("launcher.properties"), String.join("\n", lines));
    }

    @Test
    void bundlesInTheirOrderAndPropertiesOfTheFramework() throws IOException {
        Files.createFile(folder.resolve("b.jar"));
        Files.createFile(folder.resolve("a.jar"));
        properties("launch.bundles=b.jar, a.jar", "launch.keep=false", "org.osgi.framework.startlevel.beginning=36",
                "org.osgi.framework.bootdelegation=x.*");

        LaunchFolder read = LaunchFolder.read(folder);

        assertThat(read.bundles()).containsExactly(folder.resolve("b.jar"), folder.resolve("a.jar"));
        assertThat(read.properties()).hasSize(2).containsEntry("org.osgi.framework.bootdelegation", "x.*")
                .containsEntry("cloister.home", folder.toAbsolutePath().toString());
    }

    @Test
    void bundlesByStartLevelThenInTheirOrder() throws IOException {
        for (String name : List.of("a", "b", "c", "d", "e")) {
            Files.createFile(folder.resolve(name + ".jar"));
        }
        properties("launch.bundles=a.jar,b.jar,c.jar,d.jar,e.jar", "launch.runbundles.attrs=a;version\\=\"1.0\","
                + "b;startlevel\\=30;version\\=\"[1.0,2)\",c;version\\=\"1.0\";startlevel\\=\"4\",d;startlevel\\=30,e;startlevel\\=10");

        assertThat(LaunchFolder.read(folder).bundles()).extracting(Path::getFileName).map(Path::toString)
                .containsExactly("c.jar", "e.jar", "b.jar", "d.jar", "a.jar");
    }

    @Test
    void attributesOfOtherBundles() throws IOException {
        Files.createFile(folder.resolve("a.jar"));
        properties("launch.bundles=a.jar", "launch.runbundles.attrs=a;startlevel\\=1,b;startlevel\\=2");

        assertThatIOException().isThrownBy(() -> LaunchFolder.read(folder))
                .withMessage("launcher.properties has 1 bundles, and attributes for 2");
    }

    @Test
    void noBundles() throws IOException {
        properties("launch.bundles=");

        assertThat(LaunchFolder.read(folder).bundles()).isEmpty();
    }

    @Test
    void missingBundle() throws IOException {
        properties("launch.bundles=a.jar");

        assertThatIOException().isThrownBy(() -> LaunchFolder.read(folder))
                .withMessage("the bundle %s is missing", folder.resolve("a.jar"));
    }

    @Test
    void missingProperties() {
        assertThatIOException().isThrownBy(() -> LaunchFolder.read(folder)).isInstanceOf(NoSuchFileException.class);
    }
}
