// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

/** How things are written for people. */
final class Text {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final int UNIT_BITS = 10;

    private Text() {
    }

    /** An unsigned number as machines and people read it, such as {@code 0x40000000}. */
    static String hex(long number) {
        return "0x" + Long.toHexString(number);
    }

    /** An unsigned number of bytes in the largest unit that needs no fraction, such as {@code 64 MiB}. */
    static String size(long bytes) {
        int unit = bytes == 0 ? 0 : Math.min(Long.numberOfTrailingZeros(bytes) / UNIT_BITS, UNITS.length - 1);
        return Long.toUnsignedString(bytes >>> unit * UNIT_BITS) + " " + UNITS[unit];
    }

    /** {@code text} with control characters replaced, so that no file can play tricks on a terminal. */
    static String printable(String text) {
        return text.codePoints().map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    /** {@code text} without line breaks. */
    static String oneLine(String text) {
        return printable(text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " "));
    }
}
