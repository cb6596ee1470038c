// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How much memory programs can have now without swapping, as {@code /proc/meminfo} estimates it. */
final class AvailableMemory implements Supplier<OptionalLong> {
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final Pattern AVAILABLE = Pattern.compile("MemAvailable: +([0-9]+) kB");

    @Override
    public OptionalLong get() {
        try (Stream<String> lines = Files.lines(MEMORY)) {
            return lines.map(AVAILABLE::matcher).filter(Matcher::matches)
                    .mapToLong(line -> Long.parseLong(line.group(1)) << 10).findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
