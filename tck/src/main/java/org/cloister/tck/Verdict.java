// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck;

import org.osgi.annotation.versioning.ProviderType;

/** What became of a check. */
@ProviderType
public enum Verdict {
    /** The clause holds. */
    PASSED,
    /** The backend does not offer what the clause is about, and refuses it as documented. */
    REFUSED,
    /** The clause could not be looked at, and the reason is told: nothing observes memory, there is one heap only. */
    SKIPPED,
    /** The clause does not hold. */
    FAILED
}
