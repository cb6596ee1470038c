// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.report;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A table for people: columns as wide as their content, two spaces apart, the last one free to run on. Columns whose
 * heading starts with {@code >} are flush right.
 *
 * <p>For one thread.
 */
@ProviderType
public final class Table {
    private static final String GAP = "  ";

    private final boolean[] flushRight;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * Makes a table.
     *
     * @param headings of its columns
     */
    public Table(String... headings) {
        flushRight = new boolean[headings.length];
        List<String> row = new ArrayList<>();
        for (int i = 0; i < headings.length; i++) {
            flushRight[i] = headings[i].startsWith(">");
            row.add(flushRight[i] ? headings[i].substring(1) : headings[i]);
        }
        rows.add(row);
    }

    /**
     * Adds a row.
     *
     * @param cells as many as there are headings
     */
    public void row(String... cells) {
        if (cells.length != flushRight.length) {
            throw new IllegalArgumentException("%d cells for %d columns".formatted(cells.length, flushRight.length));
        }
        rows.add(Arrays.stream(cells).map(Text::printable).toList());
    }

    /** {@return whether there is no row but the headings} */
    public boolean isEmpty() {
        return rows.size() == 1;
    }

    /**
     * Prints headings and rows.
     *
     * @param out where to
     */
    public void print(PrintWriter out) {
        int[] widths = new int[flushRight.length];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String padding = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? "" : GAP)
                        .append(flushRight[i] ? padding + row.get(i) : row.get(i) + padding);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
