// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import java.util.ArrayList;
import java.util.List;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * One line of a file of vectors, split but not yet resolved. Fields that a line leaves out are empty.
 *
 * @param line its number, from 1
 * @param name what it calls itself, without {@code keep:}
 * @param keep whether its handle is kept
 * @param call the registers
 * @param tx what is put into the TX buffer; empty leaves it alone
 * @param answer the registers of the answer
 * @param reclaim the registers of the answer to the reclaim that followed; empty when there was none
 * @param rx the beginning of the RX buffer afterwards, in hexadecimal
 */
record Vector(int line, String name, boolean keep, List<String> call, List<String> tx, List<String> answer,
        List<String> reclaim, String rx) {
    private static final String KEEP = "keep:";
    private static final int REGISTERS = 8;
    private static final int BUFFER = 4096;

    static List<Vector> readAll(String source, List<String> lines) {
        List<Vector> vectors = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!line.isBlank() && !line.startsWith("#")) {
                vectors.add(read(source, i + 1, line));
            }
        }
        return vectors;
    }

    private static Vector read(String source, int number, String line) {
        String[] fields = line.split("\t", -1);
        if (fields.length < 4 || fields.length > 6) {
            throw unreadable(source, number, "it has " + fields.length + " fields, not 4 to 6");
        }
        boolean keep = fields[0].startsWith(KEEP);
        var vector = new Vector(number, keep ? fields[0].substring(KEEP.length()) : fields[0], keep,
                words(fields[1]), words(fields[2]), words(fields[3]),
                words(fields.length > 4 ? fields[4] : ""), fields.length > 5 ? fields[5].strip() : "");
        for (List<String> registers : List.of(vector.call, vector.answer, vector.reclaim)) {
            if (registers.size() != REGISTERS && !registers.isEmpty()) {
                throw unreadable(source, number, registers.size() + " registers are given, not " + REGISTERS);
            }
        }
        if (vector.call.isEmpty()) {
            throw unreadable(source, number, "it has no call");
        }
        vector.check(source);
        return vector;
    }

    private void check(String source) {
        for (String token : call) {
            boolean known = token.equals("HL") || token.equals("HH") || token.matches("P\\d{1,6}")
                    || token.matches("[0-9a-f]{1,16}");
            if (!known) {
                throw unreadable(source, line, "register \"" + token + "\" is no number");
            }
        }
        for (List<String> registers : List.of(answer, reclaim)) {
            if (!registers.stream().allMatch(token -> token.matches("[0-9a-f]{1,16}"))) {
                throw unreadable(source, line, "an answer has a register that is no number");
            }
        }
        for (String token : tx) {
            if (!token.matches("P\\d{1,6}|([0-9a-f]{2})+")) {
                throw unreadable(source, line, "\"" + token + "\" is no content of a buffer");
            }
        }
        int length = tx.stream().mapToInt(token -> token.startsWith("P") ? Long.BYTES : token.length() / 2).sum();
        if (length > BUFFER) {
            throw unreadable(source, line, length + " bytes do not fit in a buffer");
        }
        if (!rx.matches("([0-9a-f]{2})*")) {
            throw unreadable(source, line, "\"" + rx + "\" is no content of a buffer");
        }
    }

    private static List<String> words(String field) {
        return field.isBlank() ? List.of() : List.of(field.strip().split(" +"));
    }

    static HeapException unreadable(String source, int line, String why) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "replay " + source, "line " + line, why,
                "correct the file, or give one of the formats that replay reads");
    }

    /** The name of the group whose firmware it shares: the first {@code parts} parts of its name. */
    String group(int parts) {
        String[] names = name.split("/");
        return String.join("/", List.of(names).subList(0, Math.min(parts, names.length)));
    }
}
