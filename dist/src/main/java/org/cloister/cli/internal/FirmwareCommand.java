// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import jakarta.json.spi.JsonProvider;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.cloister.driver.panthor.firmware.FirmwareImage;
import org.cloister.driver.panthor.firmware.MalformedFirmware;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Prints what is in firmware images of Mali GPUs, and in which memory it belongs. A file that cannot be read is
 * reported, nothing of it is printed, and the others are.
 */
@Component(service = Callable.class, scope = ServiceScope.PROTOTYPE, property = "cloister.command=firmware")
@Command(name = "firmware", description = "Show what is in firmware images of Mali GPUs, and which memory it needs.")
public final class FirmwareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE",
            description = "Images for the command-stream frontend (mali_csffw.bin).")
    private List<String> files;

    @Option(names = "--json", description = "One JSON object a line for each entry.")
    private boolean json;

    /** Called by Declarative Services. */
    @Activate
    public FirmwareCommand() {
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        FirmwarePrinter printer = json ? new FirmwareJson(JsonProvider.provider(), out) : new FirmwareTable(out);
        return InputFiles.each(spec, files, file -> printer.print(file, read(file)));
    }

    private static FirmwareImage read(String file) {
        return InputFiles.read(file, bytes -> {
            try {
                return FirmwareImage.read(bytes);
            } catch (MalformedFirmware damage) {
                throw InputFiles.damaged(file, "firmware of a Mali GPU", damage.offset(), damage.reason(),
                        "mali_csffw.bin");
            }
        });
    }
}
