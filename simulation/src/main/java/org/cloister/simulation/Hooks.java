// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import org.cloister.backend.HeapBackend;
import org.cloister.core.internal.SimulatedCore;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.heap.Heaps;
import org.cloister.importer.Importers;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.SmcConduit;

/** Where a test puts a bug, to see whether the auditor finds it. Without one, everything is as it is. */
interface Hooks {
    /** No bug. */
    Hooks NONE = new Hooks() { };

    /** The board, as firmware gets it. */
    default SecureWorld secureWorld(SecureWorld world, Scheduler scheduler) {
        return world;
    }

    /** The way to firmware, as the driver gets it. */
    default SmcConduit conduit(SmcConduit conduit, Scheduler scheduler) {
        return conduit;
    }

    /** A backend, as core gets it. */
    default HeapBackend backend(HeapBackend backend) {
        return backend;
    }

    /** What a bundle gets. */
    default Heaps heaps(Heaps heaps) {
        return heaps;
    }

    /** What a bundle gets. */
    default Importers importers(Importers importers) {
        return importers;
    }

    /** Memory as a network card sees it. */
    default PhysicalMemory strangersMemory(PhysicalMemory memory) {
        return memory;
    }

    /** Core hears that a bundle stops. */
    default void stop(String bundle, SimulatedCore core) {
        core.stop(bundle);
    }
}
