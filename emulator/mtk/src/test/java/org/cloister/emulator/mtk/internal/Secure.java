// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.AddressRange;

/** Hardware that writes down what is done with it: 256 MiB of RAM at 0x80000000, and a carve-out of 1 MiB. */
final class Secure implements TaPlatform {
    static final long PAGE = 4096;
    static final long MIB = 1 << 20;
    static final AddressRange RAM = new AddressRange(0x8000_0000L, 256 * MIB);
    static final AddressRange CARVE_OUT = new AddressRange(0xa000_0000L, MIB);

    final Map<Long, AddressRange> guarded = new TreeMap<>();
    final Map<Long, String> granted = new TreeMap<>();
    final List<AddressRange> cleared = new ArrayList<>();
    final Set<Long> stuck = new HashSet<>();
    int total = 4;
    HeapError refusal;

    @Override
    public long granule() {
        return PAGE;
    }

    @Override
    public int rangesLeft() {
        return total - guarded.size();
    }

    @Override
    public boolean isNormalMemory(long address, long size) {
        var range = new AddressRange(address, size);
        return RAM.contains(range) && guarded.values().stream().noneMatch(range::overlaps);
    }

    @Override
    public List<AddressRange> protectedRanges() {
        return List.copyOf(guarded.values());
    }

    @Override
    public List<AddressRange> carveOuts() {
        return List.of(CARVE_OUT);
    }

    @Override
    public void protect(int useCase, long address, long size) {
        add("use case " + useCase, address, size);
    }

    @Override
    public void protectFor(int device, Access rights, long address, long size) {
        if (device > 8) {
            throw refused(HeapError.INVALID_ARGUMENT);
        }
        add(device + ":" + rights, address, size);
    }

    private void add(String who, long address, long size) {
        if (refusal != null) {
            throw refused(refusal);
        }
        if (rangesLeft() == 0) {
            throw refused(HeapError.NO_REGION);
        }
        if (!isNormalMemory(address, size)) {
            throw refused(HeapError.INVALID_ARGUMENT);
        }
        guarded.put(address, new AddressRange(address, size));
        granted.put(address, who);
    }

    @Override
    public void clear(long address, long size) {
        var range = new AddressRange(address, size);
        if (!CARVE_OUT.contains(range) && guarded.values().stream().noneMatch(one -> one.contains(range))) {
            throw refused(HeapError.INVALID_ARGUMENT);
        }
        cleared.add(range);
    }

    @Override
    public void restore(long address) {
        if (stuck.contains(address)) {
            throw refused(HeapError.TIMED_OUT);
        }
        if (guarded.remove(address) == null) {
            throw refused(HeapError.INVALID_ARGUMENT);
        }
        granted.remove(address);
    }

    private static HeapException refused(HeapError error) {
        return new HeapException(error, "guard", "memory", "a test says so", "none");
    }
}
