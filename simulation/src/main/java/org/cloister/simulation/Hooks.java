// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.util.List;
import org.cloister.backend.HeapBackend;
import org.cloister.core.internal.SimulatedCore;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.heap.Heaps;
import org.cloister.importer.Importers;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.device.CryptoEngine;
import org.cloister.platform.device.VideoDecoder;
import org.cloister.pool.Tenancies;

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

    /** The backends that whoever runs the machine cares for. */
    default List<String> backends(List<String> backends) {
        return backends;
    }

    /** The heaps that clients ask for. */
    default List<String> names(List<String> heaps) {
        return heaps;
    }

    /** Who has which device, as the driver that starts now knows it. */
    default Tenancies tenancies(Tenancies tenancies) {
        return tenancies;
    }

    /** What a bundle gets. */
    default Heaps heaps(Heaps heaps) {
        return heaps;
    }

    /** What a bundle gets. */
    default Importers importers(Importers importers) {
        return importers;
    }

    /** What a driver gets. */
    default Importers driversImporters(String driver, Importers importers) {
        return importers;
    }

    /** A decoder, as its driver gets it. */
    default VideoDecoder decoder(VideoDecoder decoder) {
        return decoder;
    }

    /** A crypto engine, as its driver gets it. */
    default CryptoEngine crypto(CryptoEngine engine) {
        return engine;
    }

    /** Where the GPU's driver takes normal memory from. */
    default ContiguousArea gpuArea(ContiguousArea area) {
        return area;
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
