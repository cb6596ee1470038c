// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.IdentityHashMap;
import java.util.Map;
import org.cloister.tee.TeeCode;

/**
 * What the core of the trusted OS has mapped of the normal world's memory, in a window of its address space that is not
 * large. An object is mapped once, however many use it.
 *
 * <p>Safe for use by any thread: {@code this} guards all.
 */
public final class CoreMapping {
    private final Budget window;
    private final int lentRefusal;
    private final Map<MemoryObject, Integer> users = new IdentityHashMap<>();

    /**
     * Makes a window in which nothing is mapped.
     *
     * @param window bytes of address space
     * @param lentRefusal the GlobalPlatform code for lent memory, which cannot be mapped
     */
    public CoreMapping(Budget window, int lentRefusal) {
        this.window = window;
        this.lentRefusal = lentRefusal;
    }

    /**
     * Maps an object, for {@link #unmap} to be called once.
     *
     * @return a GlobalPlatform code: {@code OUT_OF_MEMORY} when the window is too small, {@code BAD_PARAMETERS} for
     *     pages that are not aligned
     */
    synchronized int map(MemoryObject object) {
        if (object.isRestricted() && !object.isMappable()) {
            return lentRefusal;
        }
        if (!users.containsKey(object)) {
            if (!window.take(bytes(object))) {
                return TeeCode.OUT_OF_MEMORY;
            }
            if (!object.isMappable()) {
                window.give(bytes(object));
                return TeeCode.BAD_PARAMETERS;
            }
        }
        users.merge(object, 1, Integer::sum);
        return TeeCode.SUCCESS;
    }

    synchronized void unmap(MemoryObject object) {
        if (users.merge(object, -1, Integer::sum) == 0) {
            users.remove(object);
            window.give(bytes(object));
        }
    }

    private static long bytes(MemoryObject object) {
        return switch (object) {
            case SharedPages pages -> (long) pages.pages().length * Pages.SIZE;
            case MemoryRange range -> 0; // mapped since boot
        };
    }
}
