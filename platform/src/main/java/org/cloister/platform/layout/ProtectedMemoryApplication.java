// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.util.UUID;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How the application that protects memory is called in the trusted OS of AMD's secure processor. The protocol is
 * Cloister's own: AMD publishes none.
 *
 * <p>Commands: {@link #PROTECT} takes a mapped buffer of one piece (memory, in and out, all of it) and a use case (value,
 * in, a), and gives the number of the range (value, out, a). {@link #RELEASE} takes that number (value, in, a); when it
 * returns, the memory is the normal world's again, and all zeros. {@link #FIND} takes a physical address (value, in, a
 * the low half, b the high), and gives the number of the range that begins there (value, out, a).
 *
 * <p>A range is protected until it is released. It outlives sessions, buffers, and the ring.
 */
@ProviderType
public final class ProtectedMemoryApplication {
    /** The uuid of the application. */
    public static final UUID APPLICATION = UUID.fromString("8c1f4a52-09d7-4b3e-a6c5-7e2d51b0f964");
    /** Command: protects a mapped buffer. */
    public static final int PROTECT = 0;
    /** Command: gives protected memory back. */
    public static final int RELEASE = 1;
    /** Command: finds a range by its address. */
    public static final int FIND = 2;

    private ProtectedMemoryApplication() {}
}
