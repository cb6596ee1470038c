// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

/**
 * What {@code java -jar cloister.jar} starts. The jar is the folder that {@link Launcher} starts from, packed: it is
 * unpacked once, into the cache of the user, and run from there in a second Java virtual machine, as only options, which
 * no manifest can give, let that one start from an archive of classes and compile as suits the command.
 *
 * <p>Where there can be no second one, or the user gave this one options, which are meant for the program, this one
 * runs it, which takes longer. Where nothing can be kept, a temporary folder serves once.
 *
 * <p>It is the price of every start: therefore no lambdas, streams or formatted strings here and in what it uses.
 */
public final class RunnableJar {
    private static final int UNUSABLE = 2;
    private static final String LOGGING = "java.util.logging.config.file";

    private RunnableJar() {
    }

    /** Runs the command line in the arguments, and exits with its status. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    private static int run(String[] args) {
        try {
            UnpackedJar unpacked = UnpackedJar.of(location());
            if (isPlain()) {
                try (SecondMachine machine = new SecondMachine(unpacked)) {
                    if (machine.start(args)) {
                        return machine.await();
                    }
                }
            }
            return here(unpacked.folder(), unpacked.isTemporary(), args);
        } catch (IOException | URISyntaxException e) {
            System.err.println("cloister: cannot unpack the jar: " + e + "; make room in "
                    + System.getProperty("java.io.tmpdir") + ", or let XDG_CACHE_HOME name a folder that has room");
            return UNUSABLE;
        } catch (ReflectiveOperationException e) {
            System.err.println("cloister: cannot run from the jar: " + e + "; build it anew");
            return UNUSABLE;
        }
    }

    private static Path location() throws URISyntaxException {
        return Path.of(RunnableJar.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** Whether this machine was started by {@code java -jar}, without any other option. */
    private static boolean isPlain() {
        String[] arguments = ProcessHandle.current().info().arguments().orElse(new String[0]);
        return arguments.length > 0 && arguments[0].equals("-jar");
    }

    /** Runs the command line in this machine, by the launcher's own classes and the framework's; it exits itself. */
    private static int here(Path folder, boolean isTemporary, String... args)
            throws IOException, ReflectiveOperationException {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, folder.resolve(SecondMachine.LOGGING).toString());
        }
        if (isTemporary) {
            System.setProperty(Launcher.TEMPORARY, "true");
        }
        String[] all = new String[args.length + 1];
        all[0] = folder.toString();
        System.arraycopy(args, 0, all, 1, args.length);
        URL launcher = folder.resolve(SecondMachine.LAUNCHER).toUri().toURL();
        @SuppressWarnings("resource") // used until this machine ends
        URLClassLoader loader = new URLClassLoader(new URL[] {launcher}, ClassLoader.getPlatformClassLoader());
        loader.loadClass(Launcher.class.getName()).getMethod("main", String[].class).invoke(null, (Object) all);
        return UNUSABLE;
    }
}
