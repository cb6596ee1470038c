// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Runs command lines over commands of a test, and keeps what came of it. */
final class Shell implements CommandSource, Stage {
    private record Known(Supplier<Object> command, Optional<String> board, List<String> needs) {}

    private final SortedMap<String, Known> known = new TreeMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    /** What was asked of this, in order: {@code make X}, {@code release X}, {@code board B}, {@code await F}. */
    final List<String> trace = new ArrayList<>();
    /** Boards that can be switched on. */
    final SortedSet<String> boards = new TreeSet<>(List.of("jacinto", "lab"));

    Shell with(String name, Supplier<Object> command) {
        known.put(name, new Known(command, Optional.empty(), List.of()));
        return this;
    }

    Shell with(String name, Supplier<Object> command, String board, String... needs) {
        known.put(name, new Known(command, Optional.of(board), List.of(needs)));
        return this;
    }

    int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return new CommandFrame(this, this, "Cloister 1.2.3", new PrintWriter(out), new PrintWriter(err))
                .run(arguments);
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    @Override
    public SortedSet<String> names() {
        return new TreeSet<>(known.keySet());
    }

    @Override
    public Contribution create(String name) {
        trace.add("make " + name);
        Known command = known.get(name);
        return new Contribution(command.command().get(), command.board(), command.needs(),
                () -> trace.add("release " + name));
    }

    @Override
    public void switchOn(String board) {
        if (!boards.contains(board)) {
            throw new CommandFailure(ExitStatus.UNUSABLE, "there is no board '%s'".formatted(board));
        }
        trace.add("board " + board);
    }

    @Override
    public void switchOn(String board, Path file) {
        switchOn(board);
        trace.add("record " + file);
    }

    @Override
    public void useMachine() {
        trace.add("machine");
    }

    @Override
    public void await(List<String> needs) {
        needs.forEach(need -> trace.add("await " + need));
    }
}
