// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import jakarta.json.spi.JsonProvider;
import java.util.List;
import java.util.SortedSet;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lets go of buffers. */
@Command(name = "heap:free", description = "Let go of buffers that heap:alloc allocated.")
final class FreeCommand extends Frame {
    private final Holdings holdings;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Which which;

    private static final class Which {
        @Parameters(paramLabel = "ID", description = "Ids of buffers.")
        private List<Long> ids = List.of();

        @Option(names = "--all", description = "All that this shell holds.")
        private boolean all;
    }

    FreeCommand(Holdings holdings) {
        this.holdings = holdings;
    }

    @Override
    public Integer call() {
        SortedSet<Long> held = holdings.ids();
        for (long id : which.ids) {
            if (!held.contains(id)) {
                throw new HeapException(HeapError.INVALID_ARGUMENT, "free a buffer", "buffer " + id,
                        "this shell does not hold it; it holds " + (held.isEmpty() ? "none" : held),
                        "free what heap:alloc allocated");
            }
        }
        for (long id : which.all ? held : which.ids) {
            holdings.take(id).ifPresent(DmaBuf::close);
            out().println(isJson() ? JsonProvider.provider().createObjectBuilder().add("id", id).build().toString()
                    : "buffer " + id + " is free");
        }
        return HOLDS;
    }
}
