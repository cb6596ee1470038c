// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.IOException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cloister.admin.HeapAdmin;
import org.cloister.heap.Heaps;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.TerminalBuilder;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Reads lines from a person: with editing, a history for as long as it lasts, and completion. For one thread. */
final class Terminal implements Completer {
    private static final String SCOPE = "osgi.command.scope";
    private static final String FUNCTION = "osgi.command.function";

    private final BundleContext context;
    private final Completion completion;

    Terminal(BundleContext context, Heaps heaps, HeapAdmin admin) {
        this.context = context;
        this.completion = new Completion(this::commands, heaps, admin);
    }

    /**
     * Hands on each line until the person has enough.
     *
     * @param interrupt ends what {@code execute} does; called by another thread
     */
    void run(Consumer<String> execute, Runnable interrupt) throws IOException {
        try (org.jline.terminal.Terminal terminal = open()) {
            LineReader reader = LineReaderBuilder.builder().terminal(terminal).completer(this).appName("cloister")
                    .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true).build();
            // What comes while neither a line is read nor a command runs is for nobody, and does not end the program.
            terminal.handle(org.jline.terminal.Terminal.Signal.INT, org.jline.terminal.Terminal.SignalHandler.SIG_IGN);
            terminal.writer().println("Tab completes, help lists commands, each has -h; Ctrl-D ends.");
            while (true) {
                try {
                    String line = reader.readLine("cloister> ").strip();
                    if (line.equals("exit") || line.equals("quit")) {
                        return;
                    }
                    if (line.equals("help")) {
                        terminal.writer().println(String.join("  ", commands()));
                    } else if (!line.isEmpty()) {
                        interruptible(terminal, () -> execute.accept(line), interrupt);
                    }
                } catch (UserInterruptException e) {
                    terminal.writer().println("Ctrl-D ends the shell");
                } catch (EndOfFileException e) {
                    return;
                }
            }
        }
    }

    /** JLine looks for its access to terminals with the thread's class loader, which must be its own for that moment. */
    private static org.jline.terminal.Terminal open() throws IOException {
        Thread self = Thread.currentThread();
        ClassLoader before = self.getContextClassLoader();
        self.setContextClassLoader(TerminalBuilder.class.getClassLoader());
        try {
            return TerminalBuilder.builder().system(true).build();
        } finally {
            self.setContextClassLoader(before);
        }
    }

    /** Ctrl-C ends the command, not the shell. */
    private static void interruptible(
            org.jline.terminal.Terminal terminal, Runnable command, Runnable interrupt) {
        var before = terminal.handle(org.jline.terminal.Terminal.Signal.INT, signal -> {
            terminal.writer().println(); // after the ^C that the terminal shows
            interrupt.run();
        });
        try {
            Thread.interrupted(); // by a Ctrl-C that came when the line was complete
            command.run();
        } finally {
            terminal.handle(org.jline.terminal.Terminal.Signal.INT, before);
            Thread.interrupted();
        }
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        completion.candidates(line.words(), line.wordIndex()).forEach(word -> candidates.add(new Candidate(word)));
    }

    private SortedSet<String> commands() {
        SortedSet<String> names = new TreeSet<>();
        try {
            ServiceReference<?>[] found = context.getAllServiceReferences(null,
                    "(&(" + SCOPE + "=*)(" + FUNCTION + "=*))");
            for (ServiceReference<?> reference : found == null ? new ServiceReference<?>[0] : found) {
                for (String function : functions(reference.getProperty(FUNCTION))) {
                    names.add(reference.getProperty(SCOPE) + ":" + function);
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        return names;
    }

    private static List<String> functions(Object property) {
        return property instanceof Object[] several ? Stream.of(several).map(String::valueOf).toList()
                : List.of(String.valueOf(property));
    }
}
