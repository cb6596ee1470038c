// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The program. A launcher, ours or bnd's, registers a service with the arguments, and calls this on the main thread
 * when all bundles are started.
 */
@Component(service = Callable.class, property = "main.thread=true")
public final class CommandLineMain implements Callable<Integer> {
    private static final String ARGUMENTS = "launcher.arguments";

    private final BundleContext context;
    private final CommandSource commands;
    private final Stage stage;

    /** Called by Declarative Services. */
    @Activate
    public CommandLineMain(
            BundleContext context, @Reference ServiceCommands commands, @Reference Stage stage) {
        this.context = context;
        this.commands = commands;
        this.stage = stage;
    }

    /** Runs the command line; standard output is opened by its descriptor, so that nothing else gets into it. */
    @Override
    public Integer call() {
        return call(new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err));
    }

    int call(OutputStream out, OutputStream err) {
        StandardOutput output = new StandardOutput(out);
        PrintWriter errors = writer(err);
        int status = new CommandFrame(commands, stage, version(), writer(output), errors).run(arguments());
        if (output.failure().isEmpty()) {
            return status;
        }
        if (!output.isLeft()) {
            errors.println("cloister: cannot write to standard output: %s; make room, or send it elsewhere"
                    .formatted(output.failure().get().getMessage()));
            errors.flush();
        }
        return Math.max(status, ExitStatus.DOES_NOT_HOLD);
    }

    private String[] arguments() {
        try {
            return context.getServiceReferences(Object.class, "(" + ARGUMENTS + "=*)").stream()
                    .map(launcher -> launcher.getProperty(ARGUMENTS))
                    .filter(String[].class::isInstance).map(String[].class::cast)
                    .findFirst().orElseGet(() -> new String[0]);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private String version() {
        return "Cloister %s, OSGi framework %s, Java %s".formatted(context.getBundle().getVersion(),
                context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getVersion(), Runtime.version());
    }

    private static PrintWriter writer(OutputStream stream) {
        return new PrintWriter(stream, false, StandardCharsets.UTF_8);
    }
}
