// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import jakarta.json.spi.JsonProvider;
import org.cloister.admin.HeapAdmin;
import org.cloister.console.report.Text;
import org.cloister.heap.Heap;
import org.cloister.heap.Heaps;
import picocli.CommandLine.Parameters;

/** A decision about one heap; then says how things stand. */
abstract class Decision extends Frame {
    private final Heaps heaps;
    private final HeapAdmin admin;

    @Parameters(index = "0", paramLabel = "NAME", description = "The heap's name or alias.")
    private String name;

    Decision(Heaps heaps, HeapAdmin admin) {
        this.heaps = heaps;
        this.admin = admin;
    }

    abstract void decide(HeapAdmin service, String heap);

    @Override
    public Integer call() {
        decide(admin, name);
        Heap heap = find(heaps, name);
        if (isJson()) {
            out().println(JsonProvider.provider().createObjectBuilder().add("name", heap.name())
                    .add("state", Text.word(heap.state())).add("backend", heap.backend()).build());
        } else {
            out().println(heap.name() + (heap.backend().isEmpty() ? " is served by nobody, " + Text.word(heap.state())
                    : " is served by " + heap.backend()));
        }
        return HOLDS;
    }
}
