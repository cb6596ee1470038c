// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import org.cloister.admin.HeapAdmin;
import org.cloister.heap.Heaps;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Swaps. */
@Command(name = "heap:swap", description = {
    "Let a backend serve a heap, until core's configuration changes.",
    "Live buffers stay, move, or are taken away, as the heap's drain policy says."})
final class SwapCommand extends Decision {
    @Parameters(index = "1", paramLabel = "BACKEND", description = "The backend's id; heap:explain names those that can.")
    private String backend;

    SwapCommand(Heaps heaps, HeapAdmin admin) {
        super(heaps, admin);
    }

    @Override
    void decide(HeapAdmin admin, String heap) {
        admin.swap(heap, backend);
    }
}
