// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.cloister.console.report.Text;
import org.cloister.platform.conduit.SmcConduit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Boards are switched on through the configuration of the emulator, and seen to be on by its service; no type of the
 * emulator is used. Likewise the backend for the machine at hand, which does nothing unless it is configured.
 *
 * <p>Safe for use by any thread.
 */
@Component(service = Stage.class)
public final class BoardStage implements Stage {
    /** The board that commands run on unless they, or the user, say otherwise. */
    static final String DEFAULT_BOARD = "jacinto";

    private static final String PID = "org.cloister.emulator.board";
    private static final String FIRMWARE_PID = "org.cloister.emulator.optee";
    private static final String TRACE = "trace";
    private static final String BOARD = "board";
    private static final String COMPLETE = "board.complete";
    private static final String BOARD_NAME = "board.name";
    private static final String BOARD_TYPE = "org.cloister.emulator.soc.Board";
    private static final String SOC_TYPE = "org.cloister.emulator.soc.Soc";
    private static final String MACHINE_PID = "org.cloister.backend.linux";
    private static final String MACHINE_TYPE = "org.cloister.descriptor.Descriptors";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final BundleContext context;
    private final ConfigurationAdmin configurations;
    private final Duration patience;

    /** Called by Declarative Services. */
    @Activate
    public BoardStage(BundleContext context, @Reference ConfigurationAdmin configurations) {
        this(context, configurations, PATIENCE);
    }

    BoardStage(BundleContext context, ConfigurationAdmin configurations, Duration patience) {
        this.context = context;
        this.configurations = configurations;
        this.patience = patience;
    }

    @Override
    public void switchOn(String board) {
        SortedSet<String> boards = boards();
        if (!boards.contains(board)) {
            String remedy = boards.isEmpty()
                    ? "install a bundle that has boards" : "choose " + String.join(" or ", boards);
            throw new CommandFailure(
                    ExitStatus.UNUSABLE, "there is no board '%s'; %s".formatted(Text.printable(board), remedy));
        }
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(BOARD, board);
        configure(PID, properties, "switch the board " + board + " on");
        String whole = "(&(objectClass=%s)(%s=%s)(%s=true))".formatted(SOC_TYPE, BOARD, board, COMPLETE);
        if (!new ServiceWait(context).await(whole, patience)) {
            throw new CommandFailure(ExitStatus.DOES_NOT_HOLD,
                    "the board %s did not come up within %d seconds; run again with CLOISTER_LOG_LEVEL=INFO to see why"
                            .formatted(board, patience.toSeconds()));
        }
    }

    @Override
    public void switchOn(String board, Path trace) {
        Path file = trace.toAbsolutePath();
        if (Files.isDirectory(file) || !Files.isWritable(Files.exists(file) ? file : file.getParent())) {
            throw new CommandFailure(ExitStatus.UNUSABLE, "cannot write '%s': it is %s; name another file with --trace"
                    .formatted(Text.printable(trace.toString()), Files.isDirectory(file) ? "a directory"
                            : "not a file, or not in a directory, that can be written to"));
        }
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(TRACE, file.toString());
        configure(FIRMWARE_PID, properties, "record calls to firmware");
        switchOn(board);
        if (context.getServiceReference(SmcConduit.class) == null) {
            throw new CommandFailure(ExitStatus.UNUSABLE, ("the board %s has no firmware that is called, so that there is"
                    + " nothing to record; leave --trace out, or choose a board such as virt-optee").formatted(board));
        }
    }

    @Override
    public void useMachine() {
        String what = "use the heaps of this machine";
        if (configuration(MACHINE_PID, what).getProperties() == null) { // a configuration that is there stays
            configure(MACHINE_PID, new Hashtable<>(), what);
        }
        if (!new ServiceWait(context).await("(objectClass=" + MACHINE_TYPE + ")", patience)) {
            throw new CommandFailure(ExitStatus.DOES_NOT_HOLD,
                    "the heaps of this machine were not there within %d seconds; this takes Linux, and the bundle %s"
                            .formatted(patience.toSeconds(), MACHINE_PID));
        }
    }

    private void configure(String pid, Dictionary<String, Object> properties, String what) {
        try {
            configuration(pid, what).update(properties);
        } catch (IOException e) {
            throw cannot(what, e);
        }
    }

    private Configuration configuration(String pid, String what) {
        try {
            return configurations.getConfiguration(pid, "?");
        } catch (IOException e) {
            throw cannot(what, e);
        }
    }

    private static CommandFailure cannot(String what, IOException why) {
        return new CommandFailure(ExitStatus.DOES_NOT_HOLD, "cannot %s: %s; make room for temporary files"
                .formatted(what, Text.oneLine(String.valueOf(why.getMessage()))));
    }

    @Override
    public void await(List<String> needs) {
        for (String need : needs) {
            if (!new ServiceWait(context).await(need, patience)) {
                throw new CommandFailure(ExitStatus.DOES_NOT_HOLD,
                        "no service %s appeared within %d seconds; start the bundles that provide it"
                                .formatted(need, patience.toSeconds()));
            }
        }
    }

    private SortedSet<String> boards() {
        try {
            ServiceReference<?>[] boards = context.getAllServiceReferences(BOARD_TYPE, null);
            return boards == null ? new TreeSet<>() : Arrays.stream(boards)
                    .map(board -> String.valueOf(board.getProperty(BOARD_NAME)))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
