// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.cloister.console.report.Text;
import picocli.CommandLine.Model.CommandSpec;

/** Files, pipes and devices that commands report on one by one. */
final class InputFiles {
    /** Bytes; far above a real device tree (Linux on arm64 takes 2 MiB) or firmware. Endless devices end here. */
    private static final int LIMIT = 64 << 20;

    private InputFiles() {
    }

    /**
     * Reports on each file. One that cannot be read is told of, and the others are still reported on.
     *
     * @param command whose name failures are told under
     * @param report throws {@link CommandFailure} before it has printed anything
     * @return the exit status
     */
    static int each(CommandSpec command, List<String> files, Consumer<String> report) {
        int status = ExitStatus.HOLDS;
        for (String file : files) {
            try {
                report.accept(file);
            } catch (CommandFailure failure) {
                command.commandLine().getOut().flush();
                command.commandLine().getErr().println("cloister %s: %s".formatted(command.name(), failure.getMessage()));
                status = failure.status();
            }
        }
        return status;
    }

    /**
     * Reads a file.
     *
     * @param parser makes something of its bytes; may throw {@link #damaged}
     * @throws CommandFailure when the file cannot be read
     */
    static <T> T read(String file, Function<byte[], T> parser) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return parser.apply(in.readNBytes(LIMIT));
        } catch (IOException problem) {
            throw new CommandFailure(ExitStatus.UNUSABLE, Problems.of(file, problem));
        } catch (InvalidPathException problem) {
            throw new CommandFailure(ExitStatus.UNUSABLE, "cannot read %s: %s; check the name"
                    .formatted(Text.printable(file), Text.oneLine(problem.getReason())));
        }
    }

    /**
     * What is said of a file that is not what it should be.
     *
     * @param expected what it should be, such as {@code flattened device tree}
     * @param offset the first wrong byte
     * @param reason what is wrong there
     * @param sound what to name instead, such as {@code .dtb file}
     */
    static CommandFailure damaged(String file, String expected, long offset, String reason, String sound) {
        return new CommandFailure(ExitStatus.UNUSABLE, "%s is damaged, or no %s: at byte 0x%x, %s; name an undamaged %s"
                .formatted(Text.printable(file), expected, offset, reason, sound));
    }
}
