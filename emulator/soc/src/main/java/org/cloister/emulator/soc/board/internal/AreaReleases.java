// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.ReleaseWatcher;

/** Who looks at what goes back to the contiguous areas of a board. Safe for use by any thread. */
final class AreaReleases {
    private final List<ReleaseWatcher> watchers = new CopyOnWriteArrayList<>();

    Registration watch(ReleaseWatcher watcher) {
        ReleaseWatcher own = watcher::releasing; // so that one who watches twice can end either
        watchers.add(own);
        return () -> watchers.remove(own);
    }

    void tell(long address, long size) {
        watchers.forEach(watcher -> watcher.releasing(address, size));
    }
}
