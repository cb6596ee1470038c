// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.region.ProtectedRegion;
import org.cloister.region.RegionCount;
import org.cloister.region.RegionProtection;
import org.cloister.region.RegionRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Regions of one bundle. Safe for use by any thread. */
final class DeviceRegions implements RegionProtection, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceRegions.class);

    private final Supplier<TaRegions> regions;
    private final Set<Region> open = new HashSet<>(); // guarded by this, as is the next
    private boolean closed;

    /**
     * Has none yet.
     *
     * @param regions those of the memory application as it is now
     */
    DeviceRegions(Supplier<TaRegions> regions) {
        this.regions = regions;
    }

    @Override
    public RegionCount regions() {
        requireOpen("count regions");
        return regions.get().count();
    }

    @Override
    public synchronized ProtectedRegion protect(RegionRequest request) {
        requireOpen("protect " + request);
        TaRegions owner = regions.get();
        var region = new Region(owner, owner.protect(request), request);
        open.add(region);
        return region;
    }

    private synchronized void requireOpen(String what) {
        if (closed) {
            throw new HeapException(HeapError.CLOSED, what, "backend " + MtkBackend.ID,
                    "the bundle let go of the service, or has stopped", "obtain the service again");
        }
    }

    private synchronized void forget(Region region) {
        open.remove(region);
    }

    /** Gives all back that the bundle left. */
    @Override
    public void close() {
        List<Region> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(open);
        }
        for (Region region : left) {
            try {
                region.close();
                LOG.info("{} was left protected by its bundle, and is given back", region.request);
            } catch (HeapException e) {
                LOG.error("{} stays protected: {}", region.request, e.getMessage());
            }
        }
    }

    /** A region that is protected until it is given back. */
    private final class Region implements ProtectedRegion {
        private final TaRegions owner;
        private final int handle;
        private final RegionRequest request;
        private boolean given; // guarded by this

        Region(TaRegions owner, int handle, RegionRequest request) {
            this.owner = owner;
            this.handle = handle;
            this.request = request;
        }

        @Override
        public RegionRequest request() {
            return request;
        }

        @Override
        public synchronized boolean isProtected() {
            return !given;
        }

        @Override
        public void close() {
            synchronized (this) {
                if (given) {
                    return;
                }
                owner.release(handle);
                given = true;
            }
            forget(this);
        }
    }
}
