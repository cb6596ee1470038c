// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.firmware;

import java.util.ArrayList;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How the microcontroller uses a section.
 *
 * <pre>
 *  31    30      29 ... 6   5     4 3        2   1   0
 *  ZERO  SHARED  0          PROT  cache mode EX  WR  RD
 * </pre>
 *
 * @param bits as the image has them
 */
@ProviderType
public record SectionFlags(int bits) {
    private static final int READ = 1;
    private static final int WRITE = 1 << 1;
    private static final int EXECUTE = 1 << 2;
    private static final int CACHE_SHIFT = 3;
    private static final int CACHE_MASK = 3;
    private static final int PROTECTED = 1 << 5;
    private static final int SHARED = 1 << 30;
    private static final int ZERO = 1 << 31;
    private static final int KNOWN = READ | WRITE | EXECUTE | CACHE_MASK << CACHE_SHIFT | PROTECTED | SHARED | ZERO;

    /** How the memory is cached. */
    public enum CacheMode {
        /** Not at all. */
        NONE,
        /** By the microcontroller alone. */
        CACHED,
        /** Not, and coherent with the host. */
        UNCACHED_COHERENT,
        /** Coherent with the host. */
        CACHED_COHERENT
    }

    /** The bits that have no meaning; zero for flags that a driver may act on. */
    public int unknown() {
        return bits & ~KNOWN;
    }

    /** RD. */
    public boolean readable() {
        return has(READ);
    }

    /** WR. */
    public boolean writable() {
        return has(WRITE);
    }

    /** EX. */
    public boolean executable() {
        return has(EXECUTE);
    }

    /** PROT: used in protected mode, so that its memory must be restricted. */
    public boolean isProtected() {
        return has(PROTECTED);
    }

    /** SHARED: the interface of firmware and host. */
    public boolean shared() {
        return has(SHARED);
    }

    /** ZERO: what the image has no data for begins as zeros. */
    public boolean zeroed() {
        return has(ZERO);
    }

    /** How the memory is cached. */
    public CacheMode cacheMode() {
        return CacheMode.values()[bits >> CACHE_SHIFT & CACHE_MASK];
    }

    private boolean has(int flag) {
        return (bits & flag) != 0;
    }

    /** The names of the flags that are set, as Linux has them, such as {@code [RD, WR, PROT]}; the cache mode last. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        String[] all = {"RD", "WR", "EX", "PROT", "SHARED", "ZERO"};
        int[] flags = {READ, WRITE, EXECUTE, PROTECTED, SHARED, ZERO};
        for (int i = 0; i < flags.length; i++) {
            if (has(flags[i])) {
                names.add(all[i]);
            }
        }
        if (cacheMode() != CacheMode.NONE) {
            names.add(cacheMode().name());
        }
        return names;
    }
}
