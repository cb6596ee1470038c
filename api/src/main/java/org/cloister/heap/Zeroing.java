// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import org.osgi.annotation.versioning.ProviderType;

/** Who clears the memory of a buffer before its first user sees it. */
@ProviderType
public enum Zeroing {
    /** Nobody: a buffer may show what its previous user of the same use case left. */
    NOBODY,
    /** The CPU in the normal world, at allocation. */
    CPU,
    /** The secure world or its firmware, at allocation. */
    SECURE_WORLD
}
