// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.BufferedReader;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Job;
import org.cloister.console.report.Text;
import org.cloister.admin.HeapAdmin;
import org.cloister.heap.Heaps;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * A Gogo shell on a board, or on this machine: interactive on a terminal; otherwise it runs the lines that it is given.
 */
@Component(
        service = Callable.class,
        scope = ServiceScope.PROTOTYPE,
        property = {"cloister.command=shell", "cloister.command.board=" + BoardStage.DEFAULT_BOARD})
@Command(name = "shell", description = {
    "Open a shell on a board: heap:list, heap:buffers, heap:swap and more; each has -h and --json.",
    "With COMMAND, or when standard input is no terminal, it runs these lines and ends with the status of the last."})
@Capability(namespace = "org.apache.felix.gogo", version = "1.0.0",
        attribute = "org.apache.felix.gogo=shell.implementation")
public final class ShellCommand implements Callable<Integer> {
    /** Where commands of the scopes heap and tee leave their exit status. */
    private static final String STATUS = "cloister.status";

    private final BundleContext context;
    private final CommandProcessor processor;
    private final Heaps heaps;
    private final HeapAdmin admin;
    private final Settling settling;
    private final InputStream input;
    private final OutputStream output;
    private final OutputStream errors;

    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "Lines to run, such as 'heap:list -v'.")
    private List<String> lines = List.of();

    /** What Ctrl-C was pressed for last; used by JLine's thread for signals only. */
    private Job interrupted;

    @Option(names = "--real", description = "On the heaps of this machine, and no board's.")
    private boolean real;

    /** Called by Declarative Services. */
    @Activate
    public ShellCommand(BundleContext context, @Reference CommandProcessor processor, @Reference Heaps heaps,
            @Reference HeapAdmin admin, @Reference Settling settling) {
        this(context, processor, heaps, admin, settling, new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err));
    }

    ShellCommand(BundleContext context, CommandProcessor processor, Heaps heaps, HeapAdmin admin, Settling settling,
            InputStream input, OutputStream output, OutputStream errors) {
        this.context = context;
        this.processor = processor;
        this.heaps = heaps;
        this.admin = admin;
        this.settling = settling;
        this.input = input;
        this.output = output;
        this.errors = errors;
    }

    @Override
    public Integer call() throws IOException {
        settling.await(() -> real && Machine.isSeen(heaps));
        PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);
        try (CommandSession session = processor.createSession(input, out, err)) {
            Console console = System.console();
            if (lines.isEmpty() && console != null && console.isTerminal()) {
                new Terminal(context, heaps, admin).run(line -> execute(session, line, out, err), () -> interrupt(session));
                return ExitStatus.HOLDS;
            }
            int status = ExitStatus.HOLDS;
            if (!lines.isEmpty()) {
                for (String line : lines) {
                    status = execute(session, line, out, err);
                }
                return status;
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                status = execute(session, line, out, err);
            }
            return status;
        }
    }

    /**
     * Ends the command that runs. To interrupt who waits for it would leave it running, and Gogo refusing all others. One
     * that takes no notice is left to itself the second time.
     */
    private void interrupt(CommandSession session) {
        Job running = session.foregroundJob();
        if (running != null) {
            running.interrupt();
            if (running == interrupted) {
                leave(running);
            }
            interrupted = running;
        }
    }

    private static void leave(Job running) {
        try {
            running.background();
        } catch (IllegalStateException _) {
            // it has ended
        }
    }

    private int execute(CommandSession session, String line, PrintStream out, PrintStream err) {
        session.put(STATUS, ExitStatus.HOLDS);
        try {
            Object result = session.execute(line);
            if (result != null) {
                out.println(session.format(result, Converter.INSPECT));
            }
            return session.get(STATUS) instanceof Integer status ? status : ExitStatus.HOLDS;
        } catch (InterruptedException | CancellationException e) { // by the user, who knows
            // JLine interrupts this thread when Ctrl-C comes at the very end of a line.
            Optional.ofNullable(session.foregroundJob()).ifPresent(running -> {
                running.interrupt();
                leave(running);
            });
            return ExitStatus.DOES_NOT_HOLD;
        } catch (Exception e) { // whatever the commands of all bundles throw
            err.println("cloister shell: " + Text.oneLine(BadArguments.sentence(
                    e, line, name -> BundleConverter.bundle(context, name).isPresent())));
            return ExitStatus.DOES_NOT_HOLD;
        }
    }
}
