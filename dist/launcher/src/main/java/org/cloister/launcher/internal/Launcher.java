// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Starts a framework over a folder of bundles, runs its main service, and exits with what that returns.
 *
 * <p>Arguments: the folder, then those of the command. The folder is an unpacked runnable jar as bnd exports it:
 * {@code launcher.properties} and the bundles that it names. The framework's own storage is a temporary directory,
 * which refers to the bundles where they are, so that starts are quick and any number can run side by side.
 *
 * <p>What bundles print to {@code System.out} goes to standard error: standard output belongs to the command, which
 * opens it by its descriptor.
 */
public final class Launcher {
    /** The system property that says that the folder is to be deleted in the end. */
    static final String TEMPORARY = "cloister.temporary";
    /** The system property that has the id of the process that started this one, without which it ends. */
    static final String PARENT = "cloister.parent";

    /** The exit status for what cannot even be started. */
    private static final int UNUSABLE = 2;
    /** As of a process that was killed. */
    private static final int ABANDONED = 137;

    private Launcher() {
    }

    /** Runs; see the class comment. */
    public static void main(String[] args) {
        System.setOut(System.err);
        System.exit(run(args));
    }

    private static int run(String[] args) {
        if (args.length == 0) {
            System.err.println("cloister: the launcher was started without a folder of bundles;"
                    + " start it with the script 'cloister'");
            return UNUSABLE;
        }
        Path folder = Path.of(args[0]);
        AtomicBoolean stopping = new AtomicBoolean();
        try {
            LaunchFolder content = LaunchFolder.read(folder);
            AtomicReference<Path> storage = new AtomicReference<>();
            AtomicReference<RunningFramework> running = new AtomicReference<>();
            if (!atTheEnd(() -> {
                stopping.set(true);
                stop(running.get(), storage.get());
                deleteTemporary(folder);
            })) {
                return UNUSABLE;
            }
            endWithParent();
            storage.set(Files.createTempDirectory("cloister-"));
            RunningFramework framework = new RunningFramework(content, storage.get());
            running.set(framework);
            if (stopping.get()) {
                return UNUSABLE; // it may have been too late for the hook to see the framework
            }
            framework.start(Arrays.copyOfRange(args, 1, args.length));
            return framework.callMain();
        } catch (IOException | LaunchException e) {
            if (!stopping.get()) { // else somebody interrupted the start, and knows
                System.err.printf("cloister: cannot start from %s: %s; delete that folder, so that it is built anew%n",
                        folder, e.getMessage());
            }
            return UNUSABLE;
        } catch (RuntimeException | LinkageError e) {
            if (!stopping.get()) { // else it is what a framework that stops makes of its last calls
                throw e;
            }
            return UNUSABLE;
        }
    }

    /** Has this done when the machine ends; false when it is ending already. */
    private static boolean atTheEnd(Runnable action) {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(action, "cloister-stop"));
            return true;
        } catch (IllegalStateException _) {
            return false;
        }
    }

    private static void stop(RunningFramework running, Path storage) {
        if (running != null) {
            running.close();
        } else if (storage != null) {
            RunningFramework.deleteStorage(storage);
        }
    }

    private static void deleteTemporary(Path folder) {
        if (Boolean.getBoolean(TEMPORARY)) {
            try {
                Trees.delete(folder);
            } catch (IOException e) {
                System.err.printf("cloister: cannot delete the temporary directory %s: %s; delete it by hand%n", folder, e);
            }
        }
    }

    /** A process that was started by another one, for it, would go on alone when that one is killed. */
    private static void endWithParent() {
        Long parent = Long.getLong(PARENT);
        if (parent != null) {
            ProcessHandle.of(parent).map(ProcessHandle::onExit)
                    .orElseGet(() -> CompletableFuture.completedFuture(null))
                    .thenRun(() -> System.exit(ABANDONED));
        }
    }
}
