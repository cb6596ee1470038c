// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import org.cloister.admin.HeapAdmin;
import org.cloister.heap.Heaps;
import picocli.CommandLine.Command;

/** Takes decisions back. */
@Command(name = "heap:restore", description = "Take heap:swap or heap:drain back: configuration and ranking decide again.")
final class RestoreCommand extends Decision {
    RestoreCommand(Heaps heaps, HeapAdmin admin) {
        super(heaps, admin);
    }

    @Override
    void decide(HeapAdmin admin, String heap) {
        admin.restore(heap);
    }
}
