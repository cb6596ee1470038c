// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.cloister.backend.HeapBackend;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.pool.PoolTimer;
import org.cloister.pool.Tenancies;
import org.cloister.pool.Tenant;
import org.cloister.tee.Tee;

/** MediaTek's bundle, started: what its component makes. */
public final class SimulatedMtk implements AutoCloseable {
    private static final Duration IDLE = Duration.ofSeconds(2);

    private final MtkBackend backend;

    /**
     * Starts it.
     *
     * @param tee the trusted OS, while it is there; the same object as long as it is the same
     * @param areas the contiguous areas of the board
     * @param tenancies who has which device of the board
     */
    public SimulatedMtk(DeviceTree tree, Supplier<Optional<Tee>> tee, List<ContiguousArea> areas,
            PoolTimer timer, Tenancies tenancies) {
        backend = new MtkBackend(Binding.read(tree),
                new MtkBackend.Settings(Optional.empty(), Numbering.CURRENT, SecureVideo.CMA, IDLE, Optional.empty()),
                new TeeSource() {
                    @Override
                    public List<Tee> current() {
                        return tee.get().stream().toList();
                    }

                    @Override
                    public void close() {
                        // what was opened through it is closed with the sessions
                    }
                }, new Tenant(tenancies, tree, MtkBackend.APPLICATION), () -> areas, timer, () -> { });
    }

    /** What it registers for core. */
    public HeapBackend backend() {
        return backend;
    }

    /** A trusted OS came or went. */
    public void changed() {
        backend.changed();
    }

    /** Stops it; pools go on until core destroys them. */
    @Override
    public void close() {
        backend.retire();
    }
}
