// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.AddressRange;
import org.cloister.region.RegionCount;
import org.cloister.region.RegionRequest;

/** Memory that the memory application protects for single devices. Safe for use by any thread. */
final class TaRegions implements TaLink.Holder {
    private static final long PAGE = 4096;

    private final TaLink link;
    private final Blocks blocks;
    private final Map<String, Integer> devices;
    private final Map<Integer, Segment> held = new LinkedHashMap<>(); // in turn

    /**
     * Protects nothing yet.
     *
     * @param blocks who needs regions too
     * @param devices the ids that accesses carry, by the names of the devices
     */
    TaRegions(TaLink link, Blocks blocks, Map<String, Integer> devices) {
        this.link = link;
        this.blocks = blocks;
        this.devices = Map.copyOf(devices);
        link.add(this);
    }

    /** In turn: how many there are. */
    int size() {
        return held.size();
    }

    /** Asks how many ranges the hardware can protect. */
    RegionCount count() {
        String what = "count regions";
        return link.inTurn(what, () -> count(link.connect(what)));
    }

    private RegionCount count(MemoryTa ta) {
        int withBlocks = ta.regionCount(blocks.range());
        int used = blocks.handedOver().size();
        return new RegionCount(used, held.size(), Math.max(0, withBlocks - used));
    }

    /** Protects; gives the handle. */
    int protect(RegionRequest request) {
        String what = "protect " + request;
        Integer device = devices.get(request.device());
        if (device == null) {
            throw wrong(what, request, "the device tree has no such device; there are "
                    + devices.keySet().stream().sorted().toList(), "name one of those");
        }
        var range = new AddressRange(request.address(), request.size());
        if (((range.base() | range.size()) & PAGE - 1) != 0 || !MemoryTa.fits(range)) {
            throw wrong(what, request, "it is not made of pages below 4 GiB", "give whole pages");
        }
        return link.inTurn(what, () -> {
            MemoryTa ta = link.connect(what);
            try {
                int handle = ta.protectFor(what, range, device, request.rights());
                if (handle == 0 || held.putIfAbsent(handle, new Segment(range.base(), range.size())) != null) {
                    throw MemoryTa.protocol("it gave a new region the handle 0x%x".formatted(handle));
                }
                return handle;
            } catch (HeapException e) {
                throw e.error() == HeapError.NO_REGION ? noRegion(what, ta, e) : e;
            }
        });
    }

    private static HeapException wrong(String what, RegionRequest request, String why, String remedy) {
        return new HeapException(HeapError.INVALID_ARGUMENT, what, request.device(), why, remedy);
    }

    private HeapException noRegion(String what, MemoryTa ta, HeapException cause) {
        return new HeapException(HeapError.NO_REGION, what, "the firewall", count(ta) + ", and it can protect no more",
                "give a region back, or free buffers of heap " + MemoryType.CM_CMA.heap(), cause);
    }

    /**
     * Gives a region back.
     *
     * @throws HeapException {@code BUSY}, and what {@link TaLink#connect} throws; it is protected still
     */
    void release(int handle) {
        String what = "give a region back";
        link.inTurn(() -> {
            if (link.connect(what).free(handle) == MemoryTa.Freed.NO) {
                throw new HeapException(HeapError.BUSY, what, String.valueOf(held.get(handle)),
                        "somebody uses the memory, or did not let go of it", "end its use, and close the region again");
            }
            return held.remove(handle); // one that it does not know was given back, unheard
        });
    }

    @Override
    public boolean isKnown(MemoryTa application) {
        return held.entrySet().stream().allMatch(one ->
                application.find(one.getKey(), 1).equals(Optional.of(List.of(one.getValue()))));
    }

    @Override
    public void lost() {
        // what was protected stays so, and nobody gives it back
    }
}
