// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.cloister.console.report.Text;
import org.cloister.driver.panthor.firmware.FirmwareImage;
import org.cloister.driver.panthor.firmware.MalformedFirmware;

/** Reads firmware images from files, pipes and devices. */
final class FirmwareFile {
    /** Far above any real one (published ones have less than 1 MiB); it keeps endless devices from filling memory. */
    private static final int LIMIT = 64 << 20;

    private FirmwareFile() {
    }

    /**
     * Reads an image.
     *
     * @throws CommandFailure when the file cannot be read, or is no sound image
     */
    static FirmwareImage read(String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return FirmwareImage.read(in.readNBytes(LIMIT));
        } catch (MalformedFirmware damaged) {
            throw new CommandFailure(ExitStatus.UNUSABLE,
                    "%s is damaged, or no firmware of a Mali GPU: at byte 0x%x, %s; name an undamaged mali_csffw.bin"
                            .formatted(Text.printable(file), damaged.offset(), damaged.reason()));
        } catch (IOException problem) {
            throw new CommandFailure(ExitStatus.UNUSABLE, Problems.of(file, problem));
        } catch (InvalidPathException problem) {
            throw new CommandFailure(ExitStatus.UNUSABLE, "cannot read %s: %s; check the name"
                    .formatted(Text.printable(file), Text.oneLine(problem.getReason())));
        }
    }
}
