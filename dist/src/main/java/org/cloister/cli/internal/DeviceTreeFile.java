// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.cloister.console.report.Text;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.cloister.platform.dt.ReservedMemory;

/** Reads device trees from files, pipes and devices. */
final class DeviceTreeFile {
    /** Far above any real one (Linux on arm64 takes 2 MiB); it keeps endless devices from filling memory. */
    private static final int LIMIT = 64 << 20;

    private DeviceTreeFile() {
    }

    /**
     * Reads what a tree reserves.
     *
     * @throws CommandFailure when the file cannot be read, or is no device tree
     */
    static ReservedMemory reservedMemory(String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return DeviceTree.read(in.readNBytes(LIMIT)).reservedMemory();
        } catch (MalformedDeviceTree damaged) {
            throw new CommandFailure(ExitStatus.UNUSABLE,
                    "%s is damaged, or no flattened device tree: at byte 0x%x, %s; name an undamaged .dtb file"
                            .formatted(Text.printable(file), damaged.offset(), damaged.reason()));
        } catch (IOException problem) {
            throw new CommandFailure(ExitStatus.UNUSABLE, Problems.of(file, problem));
        } catch (InvalidPathException problem) {
            throw new CommandFailure(ExitStatus.UNUSABLE, "cannot read %s: %s; check the name"
                    .formatted(Text.printable(file), Text.oneLine(problem.getReason())));
        }
    }
}
