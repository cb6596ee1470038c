// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;

/**
 * The folder that a runnable jar is unpacked in: {@code $XDG_CACHE_HOME/cloister/CONTENT} ({@code ~/.cache} where that is
 * not set), or, where that cannot be written, a temporary one, which {@link #close} deletes.
 *
 * <p>In the cache a lock on a file of the folder, shared by all who run from it, says that it is in use. Folders of other
 * jars that nobody uses, and nobody used for a week, are deleted when a jar is unpacked.
 */
final class UnpackedJar implements AutoCloseable {
    private static final String LOCK = "in-use";
    private static final long UNUSED_MILLIS = 7L * 24 * 60 * 60 * 1000;

    private final Path folder;
    private final FileChannel lock; // null: a temporary folder

    private UnpackedJar(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * Unpacks what is not unpacked.
     *
     * @throws IOException when there is no place for it, or the jar cannot be read
     */
    static UnpackedJar of(Path jar) throws IOException {
        try (JarContent content = new JarContent(jar)) {
            String kept = cache();
            if (kept != null) {
                try {
                    return inCache(content, Path.of(kept, "cloister"));
                } catch (IOException e) {
                    System.err.println("cloister: cannot keep what the jar unpacks (" + e + "), so that each start takes"
                            + " longer; let XDG_CACHE_HOME name a folder that can be written");
                }
            }
            Path folder = Files.createTempDirectory("cloister-jar-");
            try {
                content.unpackTo(folder);
            } catch (IOException e) {
                Trees.delete(folder);
                throw e;
            }
            return new UnpackedJar(folder, null);
        }
    }

    /** The user's cache; null when nobody says where it is. */
    private static String cache() {
        String named = System.getenv("XDG_CACHE_HOME");
        if (named != null && named.startsWith("/")) {
            return named;
        }
        String home = System.getProperty("user.home", "");
        return home.startsWith("/") ? home + "/.cache" : null;
    }

    static UnpackedJar inCache(JarContent content, Path cache) throws IOException {
        Path folder = cache.resolve(content.identity());
        Files.createDirectories(folder);
        FileChannel lock = FileChannel.open(folder.resolve(LOCK),
                StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            lock.tryLock(0, Long.MAX_VALUE, true); // nobody waits: at worst it is unpacked twice
            Files.setLastModifiedTime(folder.resolve(LOCK), FileTime.fromMillis(System.currentTimeMillis()));
            if (content.unpackTo(folder)) {
                deleteUnused(cache, folder);
            }
            return new UnpackedJar(folder, lock);
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    private static void deleteUnused(Path cache, Path mine) throws IOException {
        try (var others = Files.newDirectoryStream(cache, JarContent.IDENTITIES)) {
            for (Path other : others) {
                Path file = other.resolve(LOCK);
                if (!other.equals(mine) && Files.exists(file) && System.currentTimeMillis()
                        - Files.getLastModifiedTime(file).toMillis() > UNUSED_MILLIS) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        if (channel.tryLock() != null) {
                            Trees.delete(other);
                        }
                    }
                }
            }
        }
    }

    Path folder() {
        return folder;
    }

    boolean isTemporary() {
        return lock == null;
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.close();
        } else {
            Trees.delete(folder);
        }
    }
}
