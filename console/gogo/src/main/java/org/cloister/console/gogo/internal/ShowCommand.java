// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import jakarta.json.spi.JsonProvider;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.cloister.console.report.HeapLine;
import org.cloister.console.report.Text;
import org.cloister.heap.Access;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapUsage;
import org.cloister.heap.Heaps;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows one heap. */
@Command(name = "heap:show", description = "Show all that is known of a heap.")
final class ShowCommand extends Frame {
    private final Heaps heaps;

    @Parameters(paramLabel = "NAME", description = "The heap's name or alias.")
    private String name;

    ShowCommand(Heaps heaps) {
        this.heaps = heaps;
    }

    @Override
    public Integer call() {
        Heap heap = find(heaps, name);
        if (isJson()) {
            printJson(List.of(HeapLine.of(heap)), line -> line.json(JsonProvider.provider()));
            return HOLDS;
        }
        HeapAttributes attributes = heap.attributes();
        HeapUsage usage = heap.usage();
        line("name", heap.name());
        line("use case", heap.useCase().name());
        line("state", Text.word(heap.state()) + (heap.backend().isEmpty() ? "" : ", served by " + heap.backend()));
        line("enforced", Text.word(attributes.enforcement()));
        line("cpu", access(attributes.cpuAccess()));
        line("granted", attributes.grants().map(ShowCommand::grants).orElse("nobody here knows"));
        line("shape", (attributes.contiguous() ? "contiguous" : "in pieces") + ", in units of "
                + Text.size(attributes.granularity()) + ", " + attributes.addressBits() + " address bits");
        line("cleared", "by " + Text.word(attributes.zeroing()));
        line("movable", attributes.movable() ? "yes" : "no");
        line("free", "%s of %s, the largest block %s".formatted(
                size(usage.free()), size(usage.capacity()), size(usage.largestFree())));
        line("buffers", usage.buffers() + (usage.draining() == 0 ? "" : ", of which " + usage.draining()
                + " belong to backends that are leaving"));
        line("quarantine", Text.size(usage.quarantined()));
        line("regions", usage.regionsUsed().isEmpty() ? "unknown"
                : usage.regionsUsed().getAsInt() + " used, " + usage.regionsLeft().orElse(0) + " left");
        Explained.print(heaps.explain(heap.name()), out());
        return HOLDS;
    }

    private void line(String label, String text) {
        out().println("%-11s %s".formatted(label, Text.printable(text)));
    }

    private static String grants(Map<String, Access> grants) {
        return grants.isEmpty() ? "nobody" : grants.entrySet().stream().sorted(Map.Entry.comparingByKey())
                .map(grant -> grant.getKey() + " " + access(grant.getValue())).collect(Collectors.joining(", "));
    }

    private static String access(Access access) {
        return switch (access) {
            case NONE -> "none";
            case READ -> "read-only";
            case WRITE -> "write-only";
            case READ_WRITE -> "read-write";
        };
    }

    private static String size(OptionalLong bytes) {
        return bytes.isPresent() ? Text.size(bytes.getAsLong()) : "unknown";
    }
}
