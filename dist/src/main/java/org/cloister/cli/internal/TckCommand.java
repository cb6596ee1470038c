// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.cloister.console.report.Text;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tests a backend, in a process of its own: the suite stops core, and no bundle of this program may be in its way. */
@Component(service = Callable.class, scope = ServiceScope.PROTOTYPE, property = "cloister.command=tck")
@Command(name = "tck", description = "Test whether the backend in a bundle meets the contract, and say what to do.",
        footer = {"", "Exit status 1 when a clause does not hold. docs/writing-a-backend.md has more."})
public final class TckCommand implements Callable<Integer> {
    private static final String FOLDER = "tck";
    private static final String LOG_LEVEL = "CLOISTER_LOG_LEVEL";

    @Parameters(arity = "1", paramLabel = "JAR", description = "The bundle.")
    private Path jar;

    @Option(names = "--config", paramLabel = "FILE", description = {
        "Configurations by PID, in JSON, such as {\"org.cloister.emulator.board\": {\"board\": \"virt-optee\"}};",
        "and further jars to start: {\":tck:bundles\": [\"observer.jar\"]}."})
    private Optional<Path> config = Optional.empty();

    @Option(names = "--report", paramLabel = "DIR", description = "Where tck.xml (JUnit's format) and tck.html go.")
    private Optional<Path> report = Optional.empty();

    @Option(names = "--framework", paramLabel = "FRAMEWORK",
            description = "The jar of another OSGi framework to test in.")
    private Optional<Path> framework = Optional.empty();

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    private final Optional<Path> home;

    /** Called by Declarative Services. */
    @Activate
    public TckCommand(BundleContext context) {
        this(Optional.ofNullable(context.getProperty("cloister.home")).map(Path::of));
    }

    /** @param home the folder that the program runs from, if it does from a folder */
    TckCommand(Optional<Path> home) {
        this.home = home;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path folder = home.filter(there -> Files.isDirectory(there.resolve(FOLDER)))
                .orElseThrow(() -> new CommandFailure(ExitStatus.UNUSABLE, "cannot test: the folder '" + FOLDER
                        + "' is not beside this program, which was packed without it; run ./cloister tck in Cloister's"
                        + " sources"));
        if (framework.filter(file -> !Files.isReadable(file)).isPresent()) {
            throw new CommandFailure(ExitStatus.UNUSABLE, "cannot read '%s'; name the jar of an OSGi framework"
                    .formatted(Text.printable(framework.get().toString())));
        }
        ProcessBuilder builder = new ProcessBuilder(commandLine(folder)).inheritIO();
        builder.environment().putIfAbsent(LOG_LEVEL, "OFF"); // the suite has bundles misbehave all the time
        Process process = builder.start();
        try {
            return process.waitFor();
        } finally {
            process.destroy();
        }
    }

    private List<String> commandLine(Path folder) {
        Path launcher = folder.resolve("launcher.jar").toAbsolutePath();
        Path first = framework.orElse(folder.resolve("framework.jar")).toAbsolutePath();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:disable", "-Xlog:all=error:stderr", "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.util.logging.config.file=" + folder.resolve("logging.properties"),
                "-cp", first + System.getProperty("path.separator") + launcher,
                "org.cloister.launcher.internal.Launcher", folder.resolve(FOLDER).toString(), "tck", jar.toString()));
        config.ifPresent(file -> Stream.of("--config", file.toString()).forEach(command::add));
        report.ifPresent(directory -> Stream.of("--report", directory.toString()).forEach(command::add));
        if (json) {
            command.add("--json");
        }
        return command;
    }
}
