// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import org.osgi.annotation.versioning.ProviderType;

/** Parts of function ids, and the answers that every firmware knows (SMC Calling Convention). */
@ProviderType
public final class SmcCode {
    /** Bit of a function id: a fast call, which is not preempted; without it the call yields. */
    public static final int FAST = 1 << 31;
    /** Bit of a function id: arguments have 64 bits. */
    public static final int WIDE = 1 << 30;
    /** The answer in x0 when there is no such function; the other registers are left as they were. */
    public static final long UNKNOWN = -1;
    /** Function: the version of the calling convention. */
    public static final int VERSION = 0x80000000;
    /** Owner number of the standard services, among them FF-A. */
    public static final int OWNER_STANDARD = 4;
    /** The first owner number of a trusted OS; those up to 63 are its too. */
    public static final int OWNER_TRUSTED_OS = 50;

    private SmcCode() {}

    /** Tells whether a function has 64-bit arguments. */
    public static boolean isWide(int function) {
        return (function & WIDE) != 0;
    }

    /** Tells whether a function is a fast call. */
    public static boolean isFast(int function) {
        return (function & FAST) != 0;
    }

    /** The owner number of a function: which service it belongs to. */
    public static int owner(int function) {
        return function >>> 24 & 0x3F;
    }

    /** The number of a function within its owner's. */
    public static int number(int function) {
        return function & 0xFFFF;
    }
}
