// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import jakarta.json.spi.JsonProvider;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.cloister.console.report.Table;
import org.cloister.heap.Heap;
import org.cloister.heap.Heaps;
import org.cloister.tee.Tee;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tests the secure data path of a board. It holds when every case comes out as expected. */
@Component(
        service = Callable.class,
        scope = ServiceScope.PROTOTYPE,
        property = {"cloister.command=sdp", "cloister.command.board=virt-optee"})
@Command(name = "sdp", description = {
    "Test the secure data path as 'xtest --sdp-basic' does: data goes from normal memory into a restricted buffer,"
        + " is changed there by trusted applications, and comes back.",
    "Cases that have to be refused are tried, too."})
public final class SdpCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Heaps heaps;

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    volatile List<Tee> tees = List.of();

    @Spec
    private CommandSpec spec;

    @Option(names = "--size", paramLabel = "BYTES", defaultValue = "5000",
            description = "How large each restricted buffer is, at least 256 (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(names = "--loops", paramLabel = "N", defaultValue = "1000",
            description = "How often data takes each way (default: ${DEFAULT-VALUE}).")
    private int loops;

    @Option(names = "--heap", paramLabel = "NAME", defaultValue = "protected,secure-video",
            description = "Where the buffers come from (default: ${DEFAULT-VALUE}).")
    private String name;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1",
            description = "What data and offsets are made of (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--json", description = "One JSON object a line for each case.")
    private boolean json;

    /** Called by Declarative Services. */
    @Activate
    public SdpCommand(@Reference Heaps heaps) {
        this.heaps = heaps;
    }

    @Override
    public Integer call() {
        if (size <= SecureDataPath.LARGEST_OFFSET) {
            throw unusable("--size", size, "data begins at an offset of up to " + SecureDataPath.LARGEST_OFFSET,
                    "at least " + (SecureDataPath.LARGEST_OFFSET + 1));
        }
        if (loops < 1) {
            throw unusable("--loops", loops, "nothing would be tried", "at least 1");
        }
        Heap heap = heaps.await(name, PATIENCE);
        Tee tee = tees.stream().filter(one -> one.id().equals(heap.backend())).findFirst()
                .orElseThrow(() -> new CommandFailure(ExitStatus.DOES_NOT_HOLD,
                        "the heap %s is served by %s, which is no trusted OS; choose a board such as virt-optee"
                                .formatted(heap.name(), heap.backend())));
        List<SdpCase> cases = new ArrayList<>();
        JsonProvider provider = json ? JsonProvider.provider() : null;
        PrintWriter out = spec.commandLine().getOut();
        new SecureDataPath(tee, heap, size, loops, new Random(seed)).run(one -> {
            cases.add(one);
            if (json) {
                out.println(provider.createObjectBuilder().add("case", one.name())
                        .add("verdict", one.verdict().toString()).add("expected", one.expected().toString())
                        .add("detail", one.detail()).build());
            }
        });
        if (!json) {
            print(out, heap, tee, cases);
        }
        return cases.stream().allMatch(SdpCase::holds) ? ExitStatus.HOLDS : ExitStatus.DOES_NOT_HOLD;
    }

    private static void print(PrintWriter out, Heap heap, Tee tee, List<SdpCase> cases) {
        out.println("%s, %s".formatted(heap.name(), tee.version().name()));
        Table table = new Table("CASE", "VERDICT", "EXPECTED", "");
        cases.forEach(one -> table.row(
                one.name(), one.verdict().toString(), one.expected().toString(), one.detail()));
        table.print(out);
        long wrong = cases.stream().filter(one -> !one.holds()).count();
        out.println(wrong == 0 ? "all %d cases as expected".formatted(cases.size())
                : "%d of %d cases not as expected".formatted(wrong, cases.size()));
    }

    private static CommandFailure unusable(String option, int value, String why, String remedy) {
        return new CommandFailure(ExitStatus.UNUSABLE,
                "%s cannot be %d: %s; give %s".formatted(option, value, why, remedy));
    }
}
