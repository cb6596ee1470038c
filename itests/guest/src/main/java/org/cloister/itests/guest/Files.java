// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the kernel tells of itself in files. */
final class Files {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private Files() {}

    static String text(String path) {
        try {
            return java.nio.file.Files.readString(Path.of(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The descriptors of this process, with where they lead to: the virtual machine's own come and go with its jars. */
    static Map<Integer, String> descriptors() {
        var found = new HashMap<Integer, String>();
        for (Path link : links()) {
            try {
                found.put(Integer.valueOf(link.getFileName().toString()),
                        java.nio.file.Files.readSymbolicLink(link).toString());
            } catch (IOException gone) {
                continue; // the one through which the directory was read
            }
        }
        return found;
    }

    private static List<Path> links() {
        try (Stream<Path> links = java.nio.file.Files.list(DESCRIPTORS)) {
            return links.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The descriptors of this process that lead to buffers, heaps, sync files and sockets. */
    static List<String> opened() {
        return descriptors().values().stream()
                .filter(to -> to.matches("/dmabuf:.*|/dev/dma_heap/.*|anon_inode:.*sync_file.*|socket:.*")).toList();
    }

    /** How many descriptors of this process lead to buffers. */
    static long buffers() {
        return descriptors().values().stream().filter(to -> to.startsWith("/dmabuf:")).count();
    }

    /** A line of what the kernel tells of a descriptor, without its name; empty when there is none. */
    static String info(int fd, String name) {
        return text("/proc/self/fdinfo/" + fd).lines().filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip()).findFirst().orElse("");
    }
}
