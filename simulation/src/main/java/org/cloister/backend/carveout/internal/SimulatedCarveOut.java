// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import org.cloister.backend.HeapBackend;
import org.cloister.emulator.soc.Soc;
import org.cloister.platform.Initiator;
import org.cloister.pool.StaticRanges;

/** The carve-outs' bundle, started: what its component makes. */
public final class SimulatedCarveOut {
    private final CarveOutBackend backend;

    /** Starts it. */
    public SimulatedCarveOut(Soc soc, StaticRanges ranges) {
        backend = new CarveOutBackend(soc.deviceTree(), soc.memory(Initiator.CPU), ranges);
        backend.activate();
    }

    /** What it registers for core. */
    public HeapBackend backend() {
        return backend;
    }
}
