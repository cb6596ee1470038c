// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import jakarta.json.spi.JsonProvider;
import org.cloister.console.report.Text;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heaps;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Allocates. */
@Command(name = "heap:alloc", description = "Allocate a buffer, which this shell holds until heap:free.")
final class AllocCommand extends Frame {
    private final Heaps heaps;
    private final Holdings holdings;

    @Parameters(index = "0", paramLabel = "NAME", description = "The heap's name or alias.")
    private String name;

    @Parameters(index = "1", paramLabel = "SIZE", converter = SizeConverter.class,
            description = "Bytes: 4096, 0x1000, 4K, 16M or 1G.")
    private long size;

    @Option(names = "--name", paramLabel = "TEXT", defaultValue = "shell",
            description = "What the buffer is called (default: ${DEFAULT-VALUE}).")
    private String label;

    AllocCommand(Heaps heaps, Holdings holdings) {
        this.heaps = heaps;
        this.holdings = holdings;
    }

    @Override
    public Integer call() {
        DmaBuf buffer = find(heaps, name).allocate(AllocationRequest.of(size).named(label));
        holdings.hold(buffer);
        if (isJson()) {
            out().println(JsonProvider.provider().createObjectBuilder().add("id", buffer.id())
                    .add("heap", buffer.record().heap()).add("backend", buffer.record().backend())
                    .add("size", Text.hex(buffer.size())).add("restricted", buffer.record().restricted()).build());
        } else {
            out().println("buffer %d: %s of %s, served by %s, %s".formatted(buffer.id(), Text.size(buffer.size()),
                    buffer.record().heap(), buffer.record().backend(),
                    buffer.record().restricted() ? "restricted" : "not restricted"));
        }
        return HOLDS;
    }
}
