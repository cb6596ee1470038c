// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.AddressRange;

/** Whole ranges that the memory application holds by the legacy numbering. Safe for use by any thread. */
final class TaLoans implements TaLink.Holder {
    private static final long PAGE = 4096;

    private final TaLink link;
    private final Set<Integer> handles = new LinkedHashSet<>(); // in turn

    /** Has nothing lent yet. */
    TaLoans(TaLink link) {
        this.link = link;
        link.add(this);
    }

    /** Has memory protected, in one piece; gives the handle. */
    int lend(MemoryType type, AddressRange range) {
        String what = "allocate 0x%x bytes".formatted(range.size());
        return link.inTurn(what, () -> {
            int handle = link.connect(what).allocateLegacy(what, type, range.size(), PAGE,
                    type == MemoryType.CM_TZ ? MemoryTa.NOTHING : range);
            handles.add(handle);
            return handle;
        });
    }

    /** Takes it back. */
    void reclaim(int handle) {
        String what = "take memory back";
        link.inTurn(() -> {
            if (link.connect(what).freeLegacy(handle) != MemoryTa.Freed.YES) {
                throw new HeapException(HeapError.BUSY, what, MtkBackend.APPLICATION,
                        "it does not give handle 0x%x back".formatted(handle), "try again");
            }
            return handles.remove(handle);
        });
    }

    /** The trusted OS that guards the memory. */
    Optional<String> tee() {
        return link.tee();
    }

    @Override
    public boolean isKnown(MemoryTa application) {
        return handles.stream().allMatch(application::isKnownLegacy);
    }

    @Override
    public void lost() {
        // the pools fail, and never give their chunks back
    }
}
