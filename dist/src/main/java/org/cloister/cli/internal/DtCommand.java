// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import jakarta.json.spi.JsonProvider;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.cloister.platform.dt.ReservedMemory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Prints what device trees reserve of memory. A file that cannot be read is reported, and the others are still printed.
 */
@Component(service = Callable.class, scope = ServiceScope.PROTOTYPE, property = "cloister.command=dt")
@Command(name = "dt", description = "Show what device trees reserve of memory.")
public final class DtCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Flattened device trees (.dtb).")
    private List<String> files;

    @Option(names = "--json", description = "One JSON object a line for each region and each reservation.")
    private boolean json;

    /** Called by Declarative Services. */
    @Activate
    public DtCommand() {
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        ReservedMemoryPrinter printer =
                json ? new ReservedMemoryJson(JsonProvider.provider(), out) : new ReservedMemoryTable(out);
        return InputFiles.each(spec, files, file -> printer.print(file, read(file)));
    }

    private static ReservedMemory read(String file) {
        return InputFiles.read(file, bytes -> {
            try {
                return DeviceTree.read(bytes).reservedMemory();
            } catch (MalformedDeviceTree damage) {
                throw InputFiles.damaged(file, "flattened device tree", damage.offset(), damage.reason(), ".dtb file");
            }
        });
    }
}
