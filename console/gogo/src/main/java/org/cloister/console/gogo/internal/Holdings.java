// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.cloister.heap.DmaBuf;

/** The buffers that the shell holds. Safe for use by any thread. */
final class Holdings implements AutoCloseable {
    private final Map<Long, DmaBuf> held = new TreeMap<>(); // guarded by this
    private boolean closed; // guarded by this

    /** Keeps a buffer, or closes it when the shell is gone. */
    synchronized void hold(DmaBuf buffer) {
        if (closed) {
            buffer.close();
        } else {
            held.put(buffer.id(), buffer);
        }
    }

    /** Takes a buffer out. */
    synchronized Optional<DmaBuf> take(long id) {
        return Optional.ofNullable(held.remove(id));
    }

    synchronized SortedSet<Long> ids() {
        return new TreeSet<>(held.keySet());
    }

    @Override
    public void close() {
        List<DmaBuf> left;
        synchronized (this) {
            closed = true;
            left = new ArrayList<>(held.values());
            held.clear();
        }
        left.forEach(DmaBuf::close);
    }
}
