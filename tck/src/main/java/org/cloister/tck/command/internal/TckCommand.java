// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.command.internal;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.cloister.heap.HeapException;
import org.cloister.tck.ContractReport;
import org.cloister.tck.ContractSuite;
import org.cloister.tck.report.internal.HtmlReport;
import org.cloister.tck.report.internal.JsonReport;
import org.cloister.tck.report.internal.TextReport;
import org.cloister.tck.report.internal.XmlReport;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tests the backends of a bundle, and reports. The program starts a framework of its own for it. */
@Component(service = Callable.class, scope = ServiceScope.PROTOTYPE,
        property = {"cloister.command=tck", "service.ranking:Integer=1"})
@Command(name = "tck", description = "Test whether the backend in a bundle meets the contract, and say what to do.")
public final class TckCommand implements Callable<Integer> {
    private static final int HOLDS = 0;
    private static final int DOES_NOT_HOLD = 1;
    private static final int UNUSABLE = 2;

    private final ContractSuite suite;
    private final TestStand stand;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1", paramLabel = "JAR", description = "The bundle.")
    private Path jar;

    @Option(names = "--config", paramLabel = "FILE", description = "Configurations by PID, in JSON.")
    private Optional<Path> config = Optional.empty();

    @Option(names = "--report", paramLabel = "DIR", description = "Where tck.xml and tck.html go.")
    private Optional<Path> report = Optional.empty();

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    /** Called by Declarative Services. */
    @Activate
    public TckCommand(BundleContext context, @Reference ContractSuite suite,
            @Reference ConfigurationAdmin configurations) {
        this.suite = suite;
        this.stand = new TestStand(context, configurations);
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            LabSetup setup = config.isPresent() ? LabSetup.read(config.get()) : LabSetup.none();
            Path reports = report.isPresent() ? directory(report.get()) : Path.of("");
            Bundle bundle = stand.put(jar, setup);
            ContractReport found = suite.test(bundle);
            if (report.isPresent()) {
                write(reports.resolve("tck.xml"), XmlReport.of(found));
                write(reports.resolve("tck.html"), HtmlReport.of(found));
            }
            if (json) {
                out.println(JsonReport.of(found));
            } else {
                new TextReport(out).print(found);
            }
            return found.holds() ? HOLDS : DOES_NOT_HOLD;
        } catch (Unusable e) {
            return complain(e.getMessage(), UNUSABLE);
        } catch (HeapException e) {
            return complain("%s: %s; %s".formatted(e.which(), e.why(), e.remedy()), DOES_NOT_HOLD);
        }
    }

    private int complain(String sentence, int status) {
        spec.commandLine().getErr().println("cloister tck: " + sentence);
        return status;
    }

    private static Path directory(Path directory) throws Unusable {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new Unusable("cannot write to '%s': it cannot be made a directory; name another with --report", directory);
        }
    }

    private static void write(Path file, String text) throws Unusable {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new Unusable("cannot write '%s': %s; name another directory with --report", file, e.getMessage());
        }
    }
}
