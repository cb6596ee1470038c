// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The archive of classes (CDS) that a Java virtual machine starts from: {@code classes-MACHINE-CHECKSUM.jsa}, where the
 * machine stands for its version and place. The first command that is fit for it leaves one as it ends; one that is damaged
 * is deleted and made anew. Only one at a time makes it; others do without meanwhile, as they do where nothing can
 * be written.
 */
final class ClassArchive implements AutoCloseable {
    /** What making one takes at most; Java gives up with the command's exit status when room runs out. */
    private static final long ROOM = 200L << 20;
    private static final String SUFFIX = ".jsa";

    private final List<String> options;
    private final Path made; // null: none is made
    private final Path prefix;
    private final FileChannel lock; // null: none is made

    private ClassArchive(List<String> options, Path prefix, Path made, FileChannel lock) {
        this.options = options;
        this.prefix = prefix;
        this.made = made;
        this.lock = lock;
    }

    /**
     * Finds the archive of this Java virtual machine in a folder.
     *
     * @param training whether one may be made where there is none
     */
    static ClassArchive in(UnpackedJar unpacked, boolean training) {
        Path prefix = unpacked.folder().resolve("classes-" + machine());
        try {
            Path found = find(prefix);
            if (found != null) {
                return new ClassArchive(List.of("-XX:SharedArchiveFile=" + found), prefix, null, null);
            }
            if (training && !unpacked.isTemporary()
                    && Files.getFileStore(unpacked.folder()).getUsableSpace() > ROOM) {
                FileChannel channel = FileChannel.open(Path.of(prefix + ".lock"),
                        StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    Path made = Path.of(prefix + ".part");
                    return new ClassArchive(List.of("-XX:ArchiveClassesAtExit=" + made), prefix, made, channel);
                }
                channel.close();
            }
        } catch (IOException _) {
            // the start takes longer without, and that is all
        }
        return new ClassArchive(List.of(), prefix, null, null);
    }

    private static String machine() {
        String machine = System.getProperty("java.home") + System.getProperty("java.vm.version");
        return Integer.toHexString(machine.hashCode());
    }

    private static Path find(Path prefix) throws IOException {
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(
                prefix.getParent(), prefix.getFileName() + "-*" + SUFFIX)) {
            for (Path candidate : candidates) {
                if (candidate.equals(named(prefix, candidate))) {
                    return candidate;
                }
                Files.delete(candidate);
            }
        }
        return null;
    }

    private static Path named(Path prefix, Path archive) throws IOException {
        try (FileChannel channel = FileChannel.open(archive)) {
            MappedByteBuffer content = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            CRC32 checksum = new CRC32();
            checksum.update(content);
            return Path.of(prefix + "-" + Long.toHexString(checksum.getValue()) + SUFFIX);
        }
    }

    /** Options for Java that use, or make, the archive. */
    List<String> options() {
        return options;
    }

    /** Keeps what the machine that was started with the options has left, if it was to make an archive. */
    void complete() {
        try {
            if (made != null && Files.exists(made) && Files.size(made) > 0) {
                Files.move(made, named(prefix, made), StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException _) {
            // the next one tries again
        }
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            Files.deleteIfExists(made);
            lock.close();
        }
    }
}
