// SPDX-License-Identifier: Apache-2.0
package org.cloister.admin;

import org.osgi.annotation.versioning.ProviderType;

/**
 * How much of a quota is used.
 *
 * @param kind whose quota it is
 * @param name the symbolic name of the bundle, or the name of the use case
 * @param used bytes of live buffers
 * @param limit bytes that may be used; less than {@code used} where the limit was lowered meanwhile
 */
@ProviderType
public record QuotaReport(Kind kind, String name, long used, long limit) {
    /** Whose quota it is. */
    @ProviderType
    public enum Kind {
        /** A bundle's, for all that it allocated. */
        BUNDLE,
        /** A use case's, for all bundles together. */
        USE_CASE
    }
}
