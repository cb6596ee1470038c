// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import org.osgi.annotation.versioning.ProviderType;

/** What stands between memory and those who may not read it. */
@ProviderType
public enum Enforcement {
    /** Nothing: normal memory. */
    NONE,
    /** A firewall on the bus: an access without a grant is blocked and faults. */
    FIREWALL,
    /** A memory-encryption unit: an access without the key reads ciphertext and does not fault. */
    ENCRYPTION
}
