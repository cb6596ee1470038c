// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.cloister.emulator.soc.Board;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.DeviceTree;

/** A board that is described by a file. */
final class BoardFile {
    private static final String SUFFIX = ".dtb";

    private BoardFile() {}

    /** Tells whether {@code board} is the path of a device tree rather than the name of a board. */
    static boolean isOne(String board) {
        return board.endsWith(SUFFIX);
    }

    /**
     * The board that the file describes, by the name of the file.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} when it cannot be read
     * @throws org.cloister.platform.dt.MalformedDeviceTree when it is damaged
     */
    static Board read(String file) {
        try {
            Path path = Path.of(file);
            String name = path.getFileName().toString();
            return Board.of(name.substring(0, name.length() - SUFFIX.length()),
                    DeviceTree.read(Files.readAllBytes(path)));
        } catch (IOException | InvalidPathException e) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "switch a board on", "device tree " + file,
                    "it cannot be read (" + e + ")", "give the path of a readable .dtb file", e);
        }
    }
}
