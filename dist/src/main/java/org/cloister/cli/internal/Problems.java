// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.cloister.console.report.Text;

/** Says what is wrong with files, in one sentence without a full stop: what, which, why, what to do. */
final class Problems {
    private Problems() {
    }

    /** The sentence for a file that the exception names, if it names one. */
    static String of(IOException problem) {
        return problem instanceof FileSystemException named && named.getFile() != null
                ? of(named.getFile(), problem)
                : "cannot read or write: " + reason(problem);
    }

    /** The sentence for a file. */
    static String of(String file, IOException problem) {
        return "cannot read %s: %s".formatted(Text.printable(file), reason(problem));
    }

    private static String reason(IOException problem) {
        return switch (problem) {
            case NoSuchFileException _ -> "there is no such file; check the name";
            case AccessDeniedException _ -> "permission denied; ask its owner for the right to read it";
            case FileSystemException named when named.getReason() != null -> Text.oneLine(named.getReason())
                    + "; name a regular file";
            default -> Text.oneLine(String.valueOf(problem.getMessage())) + "; name a regular file";
        };
    }
}
