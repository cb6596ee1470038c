// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.cloister.admin.BufferHold;
import org.cloister.admin.BufferReport;
import org.cloister.admin.HeapAdmin;
import org.cloister.admin.MemoryExtent;
import org.cloister.console.report.Table;
import org.cloister.console.report.Text;
import org.cloister.heap.Heaps;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists buffers. */
@Command(name = "heap:buffers", description = "List live buffers of all bundles, the oldest first.")
final class BuffersCommand extends Frame {
    private final Heaps heaps;
    private final HeapAdmin admin;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Those of one heap only.")
    private Optional<String> name = Optional.empty();

    @Option(names = "--owner", paramLabel = "BUNDLE", description = "Those that a bundle holds or allocated only.")
    private Optional<String> owner = Optional.empty();

    @Option(names = "-v", description = "Also say where they are.")
    private boolean verbose;

    BuffersCommand(Heaps heaps, HeapAdmin admin) {
        this.heaps = heaps;
        this.admin = admin;
    }

    @Override
    public Integer call() {
        Optional<String> heap = name.map(given -> find(heaps, given).name());
        List<BufferReport> buffers = admin.buffers().stream()
                .filter(buffer -> heap.isEmpty() || heap.get().equals(buffer.record().heap()))
                .filter(buffer -> owner.isEmpty() || isOf(buffer, owner.get()))
                .sorted(Comparator.comparing(BuffersCommand::age).reversed().thenComparing(BufferReport::id)).toList();
        if (isJson()) {
            printJson(buffers, reports()::buffer);
            return HOLDS;
        }
        if (buffers.isEmpty()) {
            complain("nobody holds a buffer");
            return HOLDS;
        }
        Table table = new Table(">ID", "HEAP", "BACKEND", ">SIZE", ">AGE", "STATE", "HELD BY", "USED BY",
                verbose ? "WHERE" : "NAME");
        buffers.forEach(buffer -> table.row(Long.toString(buffer.id()), buffer.record().heap(),
                buffer.record().backend(), Text.size(buffer.size()), Text.age(age(buffer)), Text.word(buffer.state()),
                holders(buffer), users(buffer), verbose ? places(buffer) : buffer.name()));
        table.print(out());
        return HOLDS;
    }

    private static boolean isOf(BufferReport buffer, String bundle) {
        return buffer.payer().equals(bundle)
                || buffer.holds().stream().anyMatch(hold -> hold.owner().equals(bundle));
    }

    private static Duration age(BufferReport buffer) {
        return buffer.holds().stream().map(BufferHold::age).findFirst().orElse(Duration.ZERO);
    }

    private static String holders(BufferReport buffer) {
        return buffer.holds().isEmpty() ? "-"
                : buffer.holds().stream().map(BufferHold::owner).distinct().collect(Collectors.joining(", "));
    }

    private static String users(BufferReport buffer) {
        return buffer.uses().isEmpty() ? "-" : buffer.uses().stream()
                .map(use -> use.initiator() + " " + Text.word(use.access()) + (use.mapped() ? "" : " (idle)"))
                .distinct().collect(Collectors.joining(", "));
    }

    private static String places(BufferReport buffer) {
        return buffer.memory().isEmpty() ? "-" : buffer.memory().stream().map(BuffersCommand::place)
                .collect(Collectors.joining(", "));
    }

    private static String place(MemoryExtent extent) {
        return Text.hex(extent.address()) + "+" + Text.hex(extent.length());
    }
}
