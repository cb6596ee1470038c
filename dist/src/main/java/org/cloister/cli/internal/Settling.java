// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.util.function.BooleanSupplier;

/** Waits until the heaps of a board that was just switched on are there. */
interface Settling {
    /**
     * Waits until {@code enough}, or until some heap is available and no heap has come, gone or changed for a moment,
     * or until patience ends: nobody can tell that no further backend will come.
     */
    void await(BooleanSupplier enough);
}
