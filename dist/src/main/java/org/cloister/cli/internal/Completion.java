// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.cloister.admin.BufferReport;
import org.cloister.admin.HeapAdmin;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heap;
import org.cloister.heap.Heaps;

/** What may stand at a place of a line of the shell: commands, their options, and what there is of what they take. */
final class Completion {
    private static final String GOGO = "org.cloister.console.gogo";
    private static final List<String> COMMON = List.of("-h", "--json");

    /** What a command takes. */
    private enum Argument { HEAP, BACKEND, HELD_BUFFER }

    /**
     * How a command is used.
     *
     * @param arguments what its arguments are; the last one may be repeated where {@code repeats}
     * @param flags options without a value
     * @param valued options with one
     */
    private record Usage(List<Argument> arguments, boolean repeats, List<String> flags, List<String> valued) {
        static Usage of(Argument... arguments) {
            return new Usage(List.of(arguments), false, List.of(), List.of());
        }

        Usage flags(String... names) {
            return new Usage(arguments, repeats, List.of(names), valued);
        }

        Usage valued(String... names) {
            return new Usage(arguments, repeats, flags, List.of(names));
        }

        Usage repeated() {
            return new Usage(arguments, true, flags, valued);
        }
    }

    private static final Map<String, Usage> USAGES = Map.ofEntries(
            Map.entry("heap:list", Usage.of().flags("-v")),
            Map.entry("heap:show", Usage.of(Argument.HEAP)),
            Map.entry("heap:explain", Usage.of(Argument.HEAP)),
            Map.entry("heap:alloc", Usage.of(Argument.HEAP).valued("--name")),
            Map.entry("heap:free", Usage.of(Argument.HELD_BUFFER).repeated().flags("--all")),
            Map.entry("heap:buffers", Usage.of(Argument.HEAP).flags("-v").valued("--owner")),
            Map.entry("heap:swap", Usage.of(Argument.HEAP, Argument.BACKEND)),
            Map.entry("heap:drain", Usage.of(Argument.HEAP)),
            Map.entry("heap:restore", Usage.of(Argument.HEAP)),
            Map.entry("heap:faults", Usage.of().valued("-n")),
            Map.entry("heap:trace", Usage.of(Argument.HEAP).valued("-n", "--for")));

    private final Supplier<SortedSet<String>> commands;
    private final Heaps heaps;
    private final HeapAdmin admin;

    /** @param commands the names of all commands, with their scopes */
    Completion(Supplier<SortedSet<String>> commands, Heaps heaps, HeapAdmin admin) {
        this.commands = commands;
        this.heaps = heaps;
        this.admin = admin;
    }

    /**
     * What may be the word at {@code place}, whatever is there by now.
     *
     * @param words those of the line
     */
    List<String> candidates(List<String> words, int place) {
        if (place == 0) {
            return List.copyOf(commands.get());
        }
        Usage usage = USAGES.getOrDefault(words.getFirst(), Usage.of());
        String before = words.get(place - 1);
        if (usage.valued().contains(before)) {
            return before.equals("--owner") ? owners() : List.of();
        }
        List<String> given = arguments(words.subList(1, place), usage);
        Stream<String> options = Stream.of(usage.flags(), usage.valued(), COMMON).flatMap(List::stream)
                .filter(option -> !words.subList(1, place).contains(option));
        return Stream.concat(next(usage, given), options).toList();
    }

    /** The words that are neither options nor their values. */
    private static List<String> arguments(List<String> words, Usage usage) {
        return Stream.iterate(0, i -> i < words.size(), i -> i + 1)
                .filter(i -> !words.get(i).startsWith("-") && (i == 0 || !usage.valued().contains(words.get(i - 1))))
                .map(words::get).toList();
    }

    private Stream<String> next(Usage usage, List<String> given) {
        int at = usage.repeats() ? Math.min(given.size(), usage.arguments().size() - 1) : given.size();
        if (at >= usage.arguments().size()) {
            return Stream.of();
        }
        return switch (usage.arguments().get(at)) {
            case HEAP -> heaps.list().stream().map(Heap::name);
            case BACKEND -> heaps.explain(given.getFirst()).reasons().stream().map(Explanation.Reason::backend)
                    .filter(backend -> !backend.isEmpty()).distinct();
            case HELD_BUFFER -> admin.buffers().stream()
                    .filter(buffer -> buffer.holds().stream().anyMatch(hold -> hold.owner().equals(GOGO)))
                    .map(buffer -> Long.toString(buffer.id())).filter(id -> !given.contains(id));
        };
    }

    private List<String> owners() {
        return admin.buffers().stream().map(BufferReport::payer).distinct().sorted().toList();
    }
}
