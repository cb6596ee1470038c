// SPDX-License-Identifier: Apache-2.0
package org.cloister.importer;

import org.osgi.annotation.versioning.ProviderType;

/** Why mappings end. */
@ProviderType
public enum Invalidation {
    /** The buffer is moved; mapping it again gives the new place. */
    MOVED,
    /** The buffer is taken away for good. */
    REVOKED
}
