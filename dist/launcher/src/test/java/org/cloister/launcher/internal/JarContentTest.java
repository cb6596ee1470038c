// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarContentTest {
    private static final Map<String, String> FILES = Map.of("jar/a.jar", "alpha", "launcher.properties", "x=y",
            "org/Main.class", "code", "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n");

    @TempDir
    private Path temporary;

    private Path jar(String name, Map<String, String> files) throws IOException {
        Path jar = temporary.resolve(name);
        try (OutputStream out = Files.newOutputStream(jar); ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> file : new TreeMap<>(files).entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes());
            }
        }
        return jar;
    }

    private boolean unpack(Path jar) throws IOException {
        try (JarContent content = new JarContent(jar)) {
            return content.unpackTo(folder());
        }
    }

    private Path folder() throws IOException {
        return Files.createDirectories(temporary.resolve("folder"));
    }

    private static String identity(Path jar) throws IOException {
        try (JarContent content = new JarContent(jar)) {
            return content.identity();
        }
    }

    @Test
    void unpacksWhatIsNotThere() throws IOException {
        Path jar = jar("a.jar", FILES);

        assertThat(unpack(jar)).isTrue();
        assertThat(unpack(jar)).as("again").isFalse();

        try (Stream<Path> files = Files.walk(folder()).filter(Files::isRegularFile)) {
            assertThat(files).containsExactlyInAnyOrder(
                    folder().resolve("jar/a.jar"), folder().resolve("launcher.properties"));
        }
        assertThat(folder().resolve("jar/a.jar")).hasContent("alpha");
    }

    @Test
    void mendsWhatIsCutShortChangedOrGone() throws IOException {
        Path jar = jar("a.jar", FILES);
        unpack(jar);
        Path file = folder().resolve("jar/a.jar");
        FileTime stamp = Files.getLastModifiedTime(file);

        Files.writeString(file, "alp");
        Files.setLastModifiedTime(file, stamp);
        assertThat(unpack(jar)).isTrue();
        assertThat(file).hasContent("alpha");

        Files.writeString(file, "omega");
        assertThat(unpack(jar)).isTrue();
        assertThat(file).hasContent("alpha");

        Files.delete(file);
        assertThat(unpack(jar)).isTrue();
        assertThat(file).hasContent("alpha");
    }

    @Test
    void identityIsOfTheContent() throws IOException {
        Map<String, String> other = new TreeMap<>(FILES);
        other.put("org/Main.class", "cod2");

        assertThat(identity(jar("a.jar", FILES))).hasSize(16).isEqualTo(identity(jar("b.jar", FILES)))
                .isNotEqualTo(identity(jar("c.jar", other)));
    }

    @Test
    void nothingIsWrittenOutsideOfTheFolder() throws IOException {
        Path jar = jar("a.jar", Map.of("../escaped", "x"));

        assertThatIOException().isThrownBy(() -> unpack(jar)).withMessageContaining("../escaped");
        assertThat(temporary.resolve("escaped")).doesNotExist();
    }

    @Test
    void damagedJarLeavesNoFile() throws IOException {
        Path jar = jar("a.jar", Map.of("jar/a.jar", "alpha".repeat(1000)));
        byte[] bytes = Files.readAllBytes(jar);
        bytes["jar/a.jar".length() + 34] ^= 0x55;
        Files.write(jar, bytes);

        assertThatIOException().isThrownBy(() -> unpack(jar));
        assertThat(folder().resolve("jar")).isEmptyDirectory();
    }

    @Test
    void folderOfAnUnusedJarGoesWhenAnotherIsUnpacked() throws IOException {
        Path cache = temporary.resolve("cache");
        Path old = unpackInto(cache, jar("old.jar", Map.of("jar/old.jar", "x")));
        Path recent = unpackInto(cache, jar("recent.jar", Map.of("jar/recent.jar", "x")));
        Files.setLastModifiedTime(old.resolve("in-use"), FileTime.fromMillis(0));
        Path foreign = Files.createDirectories(cache.resolve("something else"));

        Path mine = unpackInto(cache, jar("a.jar", FILES));

        assertThat(old).doesNotExist();
        assertThat(recent).isNotEmptyDirectory();
        assertThat(mine).isNotEmptyDirectory();
        assertThat(foreign).exists();
    }

    private static Path unpackInto(Path cache, Path jar) throws IOException {
        try (JarContent content = new JarContent(jar); UnpackedJar unpacked = UnpackedJar.inCache(content, cache)) {
            assertThat(unpacked.isTemporary()).isFalse();
            return unpacked.folder();
        }
    }
}
