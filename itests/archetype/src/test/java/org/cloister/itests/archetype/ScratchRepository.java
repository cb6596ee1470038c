// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.archetype;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A local repository that has this build's artifacts, and everything else from the user's, which it leaves as it was: what
 * is not ours is linked, and ours is linked from where it was built.
 */
final class ScratchRepository {
    private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
    private static final Pattern ARTIFACT = Pattern.compile("<artifactId>([^<]+)</artifactId>");
    private static final String PARENT = "(?s)<parent>.*?</parent>";

    private final Path root;
    private final String version;

    private ScratchRepository(Path root, String version) {
        this.root = root;
        this.version = version;
    }

    /**
     * Makes it anew.
     *
     * @param root where it goes
     * @param shared the user's local repository
     * @param sources the root of this build
     * @param version the version of this build
     */
    static ScratchRepository make(Path root, Path shared, Path sources, String version) throws IOException {
        delete(root);
        link(shared, root, "org");
        link(shared.resolve("org"), root.resolve("org"), "cloister");
        ScratchRepository made = new ScratchRepository(root, version);
        made.install(sources);
        for (String module : MODULE.matcher(Files.readString(sources.resolve("pom.xml"))).results()
                .map(found -> found.group(1)).toList()) {
            made.install(sources.resolve(module));
        }
        return made;
    }

    Path root() {
        return root;
    }

    private static void link(Path from, Path to, String except) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> all = Files.list(from)) {
            for (Path one : all.filter(found -> !found.endsWith(except)).toList()) {
                Files.createSymbolicLink(to.resolve(one.getFileName()), one.toRealPath());
            }
        }
    }

    private void install(Path module) throws IOException {
        Path pom = module.resolve("pom.xml");
        Matcher name = ARTIFACT.matcher(Files.readString(pom).replaceFirst(PARENT, ""));
        if (!name.find()) {
            throw new AssertionError(pom + " has no artifactId");
        }
        String artifact = name.group(1);
        Path folder = Files.createDirectories(root.resolve("org/cloister").resolve(artifact).resolve(version));
        Files.createSymbolicLink(folder.resolve("%s-%s.pom".formatted(artifact, version)), pom);
        Path target = module.resolve("target");
        for (String built : List.of("%s-%s.jar".formatted(artifact, version), "tck.jar")) {
            if (Files.exists(target.resolve(built))) {
                String as = built.equals("tck.jar") ? "%s-%s-tck.jar".formatted(artifact, version) : built;
                Files.createSymbolicLink(folder.resolve(as), target.resolve(built));
            }
        }
    }

    /** Deletes a folder and what is in it; of what is linked, the link. */
    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
