// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import org.cloister.admin.HeapAdmin;
import org.cloister.heap.Heaps;
import picocli.CommandLine.Command;

/** Drains. */
@Command(name = "heap:drain", description = {
    "Let nobody serve a heap: it takes no more allocations; live buffers stay until they are released.",
    "heap:restore and heap:swap let it be served again."})
final class DrainCommand extends Decision {
    DrainCommand(Heaps heaps, HeapAdmin admin) {
        super(heaps, admin);
    }

    @Override
    void decide(HeapAdmin admin, String heap) {
        admin.drain(heap);
    }
}
