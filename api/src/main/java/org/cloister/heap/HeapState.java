// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import org.osgi.annotation.versioning.ProviderType;

/** Whether a heap can serve an allocation now. */
@ProviderType
public enum HeapState {
    /** A backend serves it. */
    AVAILABLE,
    /** Its backend is leaving and has live buffers; there is no successor. No new allocation. */
    DRAINING,
    /** No backend serves it. */
    UNAVAILABLE
}
