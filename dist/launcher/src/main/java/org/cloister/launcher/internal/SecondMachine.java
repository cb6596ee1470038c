// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * Runs a command in a Java virtual machine of its own, which has the terminal, standard input and output, and the
 * environment of this one. Ctrl-C is for the other alone, a signal that ends this one is passed on, and the other ends when
 * this one is killed.
 */
final class SecondMachine implements AutoCloseable {
    static final String LAUNCHER = "launcher.jar";
    static final String LOGGING = "logging.properties";

    private static final String OPTIONS = "CLOISTER_JAVA_OPTS";
    /** Commands that are over at once; to compile lightly halves the work of their start. The script has the same. */
    private static final Set<String> LIGHT = Set.of("alloc", "dt", "explain", "firmware", "heaps", "help");
    /** Of them, those that start all that a command needs: what they load is what the archive is to hold. */
    private static final Set<String> TRAINING = Set.of("alloc", "explain", "heaps");

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private final UnpackedJar unpacked;
    private final CountDownLatch closed = new CountDownLatch(1);
    private ClassArchive archive;
    private Process process; // null: not started

    /** Makes one that runs what is unpacked, which is closed with it if it was started. */
    SecondMachine(UnpackedJar unpacked) {
        this.unpacked = unpacked;
    }

    /** Starts it on a command line; false when the system does not let it. */
    boolean start(String... args) {
        String command = args.length == 0 ? "" : args[0];
        archive = ClassArchive.in(unpacked, TRAINING.contains(command));
        try {
            process = new ProcessBuilder(line(command, args)).inheritIO().start();
        } catch (IOException e) {
            return false;
        }
        leaveInterruptsToTheOther();
        Runtime.getRuntime().addShutdownHook(new PassOn(process, closed));
        return true;
    }

    /**
     * A terminal sends Ctrl-C to both, and a shell goes on after it. Not before the start, as the other would inherit it;
     * by name, as the class is in no specification of Java: without it Ctrl-C ends both.
     */
    private static void leaveInterruptsToTheOther() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            signal.getMethod("handle", signal, handler).invoke(null,
                    signal.getConstructor(String.class).newInstance("INT"), handler.getField("SIG_IGN").get(null));
        } catch (ReflectiveOperationException _) {
            // as said
        }
    }

    /** Waits until it ends, and returns its exit status. */
    int await() {
        while (true) {
            try {
                int status = process.waitFor();
                archive.complete();
                return status;
            } catch (InterruptedException _) {
                // nobody here interrupts; the other machine has the say
            }
        }
    }

    @Override
    public void close() throws IOException {
        archive.close();
        if (process != null) {
            unpacked.close();
        }
        closed.countDown();
    }

    private List<String> line(String command, String... args) {
        String folder = unpacked.folder().toString();
        List<String> line = new ArrayList<>();
        line.add(JAVA.toString());
        // Java's own messages go to standard error, but for complaints about an archive: it then does without.
        line.add("-Xlog:disable");
        line.add("-Xlog:all=error,cds*=off,aot*=off:stderr");
        line.addAll(archive.options());
        line.add("--sun-misc-unsafe-memory-access=allow");
        line.add("-Djava.util.logging.config.file=" + folder + "/" + LOGGING);
        line.add("-D" + Launcher.PARENT + "=" + ProcessHandle.current().pid());
        if (command.isEmpty() || command.startsWith("-") || LIGHT.contains(command)) {
            line.add("-XX:TieredStopAtLevel=1");
        }
        String options = System.getenv(OPTIONS);
        if (options != null && !options.isBlank()) {
            line.addAll(List.of(options.strip().split("\\s+")));
        }
        line.addAll(List.of("-jar", folder + "/" + LAUNCHER, folder));
        line.addAll(List.of(args));
        return line;
    }

    /** Ends the other machine with this one, and this one not before all is closed. */
    private static final class PassOn extends Thread {
        private final Process process;
        private final CountDownLatch closed;

        PassOn(Process process, CountDownLatch closed) {
            super("cloister-pass-on");
            this.process = process;
            this.closed = closed;
        }

        @Override
        public void run() {
            process.destroy();
            try {
                closed.await();
            } catch (InterruptedException _) {
                // nobody here interrupts
            }
        }
    }
}
