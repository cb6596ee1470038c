// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes as people write it: decimal or hexadecimal, with K, M, G or T for units of 1024. */
final class ByteSize implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(0x[0-9a-f]+|[0-9]+)(?:([kmgt])(?:i?b)?)?",
            Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "kmgt";
    private static final int UNIT_BITS = 10;

    @Override
    public Long convert(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw wrong(text, "is not a number of bytes such as 4096, 0x1000 or 4K");
        }
        int shift = form.group(2) == null ? 0 : (UNITS.indexOf(Character.toLowerCase(form.group(2).charAt(0))) + 1)
                * UNIT_BITS;
        try {
            long number = Long.decode(form.group(1).startsWith("0x") || form.group(1).startsWith("0X")
                    ? form.group(1) : form.group(1).replaceFirst("^0+(?=.)", ""));
            if (number > Long.MAX_VALUE >> shift) {
                throw wrong(text, "is more than any machine has");
            }
            return number << shift;
        } catch (NumberFormatException e) {
            throw wrong(text, "is more than any machine has");
        }
    }

    private static TypeConversionException wrong(String text, String why) {
        return new TypeConversionException("'" + Text.printable(text) + "' " + why);
    }
}
