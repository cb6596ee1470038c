// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import jakarta.json.spi.JsonProvider;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.cloister.console.report.Text;
import org.cloister.emulator.optee.replay.FirmwareModel;
import org.cloister.emulator.optee.replay.ReplayResult;
import org.cloister.emulator.optee.replay.ReplayedCall;
import org.cloister.emulator.optee.replay.TraceReplay;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Feeds recorded calls to emulated firmware. With {@code --expect} it holds when every answer is the recorded one. */
@Component(service = Callable.class, scope = ServiceScope.PROTOTYPE, property = "cloister.command=replay")
@Command(name = "replay", description = {
    "Feed recorded firmware calls to freshly booted emulated firmware, and show what it answers.",
    "FILE is a trace that 'play --trace' wrote, a wire trace of a kernel, or a table of vectors."})
public final class ReplayCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1", paramLabel = "FILE", description = "The recording.")
    private String file;

    @Option(names = "--firmware", required = true, paramLabel = "MODEL",
            description = "What the calls are fed to: optee-ffa, optee-smc or optee-static.")
    private String firmware;

    @Option(names = "--expect", description = "Compare the answers with those recorded; a difference gives status 1.")
    private boolean expect;

    @Option(names = "--json", description = "One JSON object a line for each call, and one with the counts.")
    private boolean json;

    /** Called by Declarative Services. */
    @Activate
    public ReplayCommand() {
    }

    @Override
    public Integer call() {
        FirmwareModel model = FirmwareModel.named(firmware).orElseThrow(() -> new CommandFailure(ExitStatus.UNUSABLE,
                "there is no firmware '%s'; choose %s".formatted(Text.printable(firmware),
                        Arrays.stream(FirmwareModel.values()).map(FirmwareModel::label)
                                .collect(Collectors.joining(" or ")))));
        List<String> lines = Recording.read(file);
        List<ReplayedCall> calls = new ArrayList<>();
        ReplayResult result = new TraceReplay(model, calls::add).replay(Text.printable(file), lines);
        if (expect && calls.stream().allMatch(call -> call.expected().isEmpty())) {
            throw new CommandFailure(ExitStatus.UNUSABLE,
                    "%s has no answer to compare with; replay it without --expect".formatted(Text.printable(file)));
        }
        PrintWriter out = spec.commandLine().getOut();
        ReplayPrinter printer = json ? new ReplayJson(JsonProvider.provider(), out) : new ReplayText(out, expect);
        calls.forEach(printer::print);
        printer.print(result);
        if (!expect || result.differences() == 0) {
            return ExitStatus.HOLDS;
        }
        Arrays.stream(FirmwareModel.values()).filter(other -> other != model && isAnsweredBy(other, lines)).findFirst()
                .ifPresent(other -> spec.commandLine().getErr().println(
                        "cloister replay: %s answers as recorded; try --firmware %s".formatted(
                                other.label(), other.label())));
        return ExitStatus.DOES_NOT_HOLD;
    }

    /** Whether it was only the wrong firmware that was named. */
    private boolean isAnsweredBy(FirmwareModel other, List<String> lines) {
        return new TraceReplay(other, _ -> { }).replay(Text.printable(file), lines).differences() == 0;
    }
}
