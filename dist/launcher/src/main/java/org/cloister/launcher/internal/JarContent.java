// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The files in a runnable jar that are unpacked: all but classes and the manifest, which only the jar itself needs.
 *
 * <p>Each is written beside its place and then moved there, with a time stamp that nothing else has. So any number may
 * unpack at once, nobody sees half a file, and one that was changed or cut short since is told by its size or time.
 */
final class JarContent implements AutoCloseable {
    /** What {@link #identity} looks like, as a pattern of file names. */
    static final String IDENTITIES = "????????????????";

    private static final FileTime STAMP = FileTime.fromMillis(1_000_000_000_000L);
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final ZipFile zip;

    JarContent(Path jar) throws IOException {
        zip = new ZipFile(jar.toFile());
    }

    /** Names what is in the jar: sixteen digits made of names, sizes and checksums, which the jar's directory has. */
    String identity() {
        long hash = FNV_OFFSET;
        for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements();) {
            ZipEntry entry = entries.nextElement();
            hash = (hash ^ entry.getName().hashCode()) * FNV_PRIME;
            hash = (hash ^ entry.getSize()) * FNV_PRIME;
            hash = (hash ^ entry.getCrc()) * FNV_PRIME;
            hash ^= hash >>> Integer.SIZE;
        }
        String digits = Long.toHexString(hash);
        return "0".repeat(IDENTITIES.length() - digits.length()) + digits;
    }

    /**
     * Makes the folder hold the files, and writes only those that it does not hold yet.
     *
     * @return whether any was written
     * @throws IOException also when the jar's data do not match its checksums; files that are in their place are whole
     */
    boolean unpackTo(Path folder) throws IOException {
        boolean written = false;
        for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements();) {
            ZipEntry entry = entries.nextElement();
            if (isUnpacked(entry)) {
                Path file = folder.resolve(entry.getName()).normalize();
                if (!file.startsWith(folder)) {
                    throw new IOException("the jar has a file outside of itself: " + entry.getName());
                }
                if (!isThere(file, entry.getSize())) {
                    unpack(entry, file);
                    written = true;
                }
            }
        }
        return written;
    }

    private static boolean isUnpacked(ZipEntry entry) {
        String name = entry.getName();
        return !entry.isDirectory() && !name.endsWith(".class") && !name.startsWith("META-INF/");
    }

    private static boolean isThere(Path file, long size) throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return found.isRegularFile() && found.size() == size && found.lastModifiedTime().equals(STAMP);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void unpack(ZipEntry entry, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Path beside = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".part");
        try (InputStream in = zip.getInputStream(entry)) {
            Files.copy(in, beside, StandardCopyOption.REPLACE_EXISTING);
            Files.setLastModifiedTime(beside, STAMP);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
