// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.report;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.annotation.versioning.ProviderType;

/** How things are written for people. */
@ProviderType
public final class Text {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final int UNIT_BITS = 10;
    private static final String PREFIXES = "kmgt";
    private static final Pattern SIZE =
            Pattern.compile("(0x[0-9a-f]{1,99}|[0-9]{1,99})(?:([kmgt])(?:i?b)?)?", Pattern.CASE_INSENSITIVE);

    private Text() {
    }

    /**
     * An unsigned number as machines and people read it, such as {@code 0x40000000}.
     *
     * @param number the number
     * @return its hexadecimal form
     */
    public static String hex(long number) {
        return "0x" + Long.toHexString(number);
    }

    /**
     * An unsigned number of bytes in the largest unit that needs no fraction, such as {@code 64 MiB}.
     *
     * @param bytes how many
     * @return number and unit
     */
    public static String size(long bytes) {
        int unit = bytes == 0 ? 0 : Math.min(Long.numberOfTrailingZeros(bytes) / UNIT_BITS, UNITS.length - 1);
        return Long.toUnsignedString(bytes >>> unit * UNIT_BITS) + " " + UNITS[unit];
    }

    /**
     * Replaces control characters, so that no file can play tricks on a terminal.
     *
     * @param text any
     * @return what can be printed
     */
    public static String printable(String text) {
        return text.codePoints().map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    /**
     * Makes one line of several.
     *
     * @param text any
     * @return the same without line breaks, and {@linkplain #printable printable}
     */
    public static String oneLine(String text) {
        return printable(text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " "));
    }

    /**
     * A constant as people read it.
     *
     * @param constant such as {@code READ_WRITE}
     * @return such as {@code read-write}
     */
    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * A time span in its two largest units, such as {@code 3 min 20 s}; below a minute in tenths of a second.
     *
     * @param duration zero or more
     * @return for people
     */
    public static String age(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return "%d.%d s".formatted(seconds, duration.toMillisPart() / 100);
        }
        return seconds < 3600 ? "%d min %d s".formatted(seconds / 60, seconds % 60)
                : "%d h %d min".formatted(seconds / 3600, seconds % 3600 / 60);
    }

    /**
     * Reads a number of bytes as people write it: decimal or hexadecimal, with K, M, G or T for units of 1024.
     *
     * @param text such as {@code 4096}, {@code 0x1000}, {@code 4K} or {@code 16MiB}
     * @return bytes, zero or more
     * @throws IllegalArgumentException when it is none; the message is a phrase that begins with the text
     */
    public static long parseSize(String text) {
        Matcher form = SIZE.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "'" + printable(text) + "' is not a number of bytes such as 4096, 0x1000 or 4K");
        }
        int shift = form.group(2) == null ? 0
                : (PREFIXES.indexOf(Character.toLowerCase(form.group(2).charAt(0))) + 1) * UNIT_BITS;
        BigInteger bytes = (form.group(1).regionMatches(true, 0, "0x", 0, 2)
                ? new BigInteger(form.group(1).substring(2), 16) : new BigInteger(form.group(1))).shiftLeft(shift);
        if (bytes.bitLength() > Long.SIZE - 1) {
            throw new IllegalArgumentException("'" + printable(text) + "' is more than any machine has");
        }
        return bytes.longValue();
    }
}
