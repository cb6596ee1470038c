// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import org.cloister.player.clip.internal.ClipException;

/** Where the results of commands go. Stateless. */
final class PictureFile {
    private PictureFile() {}

    /**
     * Makes sure that a file can be written: better now than after all the work.
     *
     * @param option the option that names it, for the remedy
     * @throws ClipException when it cannot
     */
    static void requireWritable(Path file, String option) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent) || !Files.isWritable(parent) || Files.isDirectory(file)) {
            throw new ClipException("write", file, "it is not in a directory that can be written to",
                    "name another file with " + option);
        }
    }
}
