// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.os.internal;

import java.util.List;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.AddressRange;

/** What applications can do with memory here: nothing. The one that protects memory is a part of the trusted OS. */
final class NoMemory implements TaPlatform {
    private static final long PAGE = 4096;

    @Override
    public long granule() {
        return PAGE;
    }

    @Override
    public int rangesLeft() {
        return 0;
    }

    @Override
    public boolean isNormalMemory(long address, long size) {
        return false;
    }

    @Override
    public List<AddressRange> protectedRanges() {
        return List.of();
    }

    @Override
    public List<AddressRange> carveOuts() {
        return List.of();
    }

    @Override
    public void protect(int useCase, long address, long size) {
        throw refused();
    }

    @Override
    public void protectFor(int device, Access rights, long address, long size) {
        throw refused();
    }

    @Override
    public void clear(long address, long size) {
        throw refused();
    }

    @Override
    public void restore(long address) {
        throw refused();
    }

    private static HeapException refused() {
        return new HeapException(HeapError.NOT_SUPPORTED, "manage memory", "the trusted OS of the secure processor",
                "its applications do not", "use the application that protects memory");
    }
}
