// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads wire traces, whose words the {@linkplain org.cloister.emulator.optee.replay package} lists. For one use. */
final class WireTrace {
    private static final Pattern WORDS = Pattern.compile(
            "(?:^|.*[\\s:])(ffa>|ffa<|smc>|smc<|msg>|msg<|rpc>|rpc<|mem-desc|mem|list|in>|STEP)(?:\\s(.*))?$");
    private static final Set<String> BEFORE_A_CALL = Set.of("mem-desc", "mem", "list", "msg>", "in>", "rpc>");
    private static final int MAX_REGISTERS = 18;
    private static final int PAGE = 4096;

    private final String source;
    private final List<WireCall> calls = new ArrayList<>();
    private SortedMap<Integer, Long> before = new TreeMap<>();
    private SortedMap<Integer, Integer> descriptor = new TreeMap<>();
    private Map<Long, List<Long>> lists = new HashMap<>();
    private SortedMap<Integer, Long> requestAnswer = new TreeMap<>();
    private SortedMap<Integer, Long> input = new TreeMap<>();
    private OptionalInt waiting = OptionalInt.empty(); // the first line for a call that has not come yet
    private int line;

    private WireTrace(String source) {
        this.source = source;
    }

    static List<WireCall> read(String source, List<String> lines) {
        var trace = new WireTrace(source);
        lines.forEach(trace::read);
        trace.waiting.ifPresent(first -> {
            throw Vector.unreadable(source, first, "the trace ends before the call that this line belongs to");
        });
        WholeTrace.check(source, trace.calls);
        return trace.calls;
    }

    private void read(String text) {
        line++;
        if (text.isBlank() || text.startsWith("#")) {
            return;
        }
        Matcher matcher = WORDS.matcher(text);
        if (!matcher.matches()) {
            throw Vector.unreadable(source, line, "it has none of the words of a trace");
        }
        String rest = matcher.group(2) == null ? "" : matcher.group(2).strip();
        if (BEFORE_A_CALL.contains(matcher.group(1)) && waiting.isEmpty()) {
            waiting = OptionalInt.of(line);
        }
        switch (matcher.group(1)) {
            case "ffa>" -> begin(true, rest);
            case "smc>" -> begin(false, rest);
            case "ffa<", "smc<" -> answer(rest);
            case "msg>" -> words(rest, before);
            case "in>" -> words(rest, input);
            case "msg<" -> words(rest, last().after());
            case "rpc>" -> words(rest, requestAnswer);
            case "rpc<" -> words(rest, last().request());
            case "mem" -> descriptor(rest);
            case "list" -> list(rest);
            default -> { } // what the recorder did, and how long a descriptor is
        }
    }

    private void begin(boolean ffa, String rest) {
        List<Long> registers = numbers(rest);
        if (registers.isEmpty() || registers.size() > MAX_REGISTERS) {
            throw Vector.unreadable(source, line, registers.size() + " registers are given, not 1 to 18");
        }
        calls.add(new WireCall(line, ffa, registers.stream().mapToLong(Long::longValue).toArray(),
                before, descriptor, lists, requestAnswer, input));
        requestAnswer = new TreeMap<>();
        input = new TreeMap<>();
        before = new TreeMap<>();
        descriptor = new TreeMap<>();
        lists = new HashMap<>();
        waiting = OptionalInt.empty();
    }

    private void answer(String rest) {
        WireCall call = last();
        if (!call.answer().isEmpty()) {
            throw Vector.unreadable(source, line, "the call before it has an answer already");
        }
        call.answer().addAll(numbers(rest));
    }

    private WireCall last() {
        if (calls.isEmpty()) {
            throw Vector.unreadable(source, line, "there is no call before it");
        }
        return calls.getLast();
    }

    private void words(String rest, SortedMap<Integer, Long> words) {
        int offset = offset(rest, Long.BYTES);
        for (long word : numbers(rest.substring(rest.indexOf(':') + 1))) {
            words.put(offset, word);
            offset += Long.BYTES;
        }
    }

    private void descriptor(String rest) {
        int offset = offset(rest, Integer.BYTES);
        for (long word : numbers(rest.substring(rest.indexOf(':') + 1))) {
            descriptor.put(offset, (int) word);
            offset += Integer.BYTES;
        }
    }

    private void list(String rest) {
        int colon = rest.indexOf(':');
        List<Long> address = numbers(rest.substring(0, Math.max(colon, 0)));
        if (address.size() != 1) {
            throw Vector.unreadable(source, line, "the address of the list is missing");
        }
        lists.put(address.getFirst(), numbers(rest.substring(colon + 1)));
    }

    private int offset(String rest, int size) {
        int colon = rest.indexOf(':');
        List<Long> offset = numbers(rest.substring(0, Math.max(colon, 0)));
        if (offset.size() != 1 || offset.getFirst() < 0 || offset.getFirst() >= PAGE
                || offset.getFirst() % size != 0) {
            throw Vector.unreadable(source, line, "the offset is missing, or not within a page");
        }
        return offset.getFirst().intValue();
    }

    private List<Long> numbers(String text) {
        List<Long> numbers = new ArrayList<>();
        for (String word : text.strip().split("\\s+")) {
            if (!word.isEmpty()) {
                try {
                    numbers.add(Long.parseUnsignedLong(word, 16));
                } catch (NumberFormatException e) {
                    throw Vector.unreadable(source, line, "\"" + word + "\" is no hexadecimal number");
                }
            }
        }
        return numbers;
    }
}
