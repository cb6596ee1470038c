// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.cloister.console.report.Text;

/** Reads recordings from files and pipes. */
final class Recording {
    /** Far above any that people make; it keeps endless devices from filling memory. */
    private static final int LIMIT = 64 << 20;

    private Recording() {
    }

    /**
     * Reads the lines. Bytes that are no text become characters that no recording has.
     *
     * @throws CommandFailure when the file cannot be read
     */
    static List<String> read(String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            byte[] bytes = in.readNBytes(LIMIT);
            if (bytes.length == LIMIT) {
                throw new CommandFailure(ExitStatus.UNUSABLE, "%s has more than %s; replay a shorter recording"
                        .formatted(Text.printable(file), Text.size(LIMIT)));
            }
            return new String(bytes, StandardCharsets.UTF_8).lines().toList();
        } catch (IOException problem) {
            throw new CommandFailure(ExitStatus.UNUSABLE, Problems.of(file, problem));
        } catch (InvalidPathException problem) {
            throw new CommandFailure(ExitStatus.UNUSABLE, "cannot read %s: %s; check the name"
                    .formatted(Text.printable(file), Text.oneLine(problem.getReason())));
        }
    }
}
