// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import org.cloister.platform.dt.ReservedMemory;

/** A way to print what a device tree reserves. */
sealed interface ReservedMemoryPrinter permits ReservedMemoryJson, ReservedMemoryTable {
    /** Prints what one file reserves. */
    void print(String file, ReservedMemory reserved);
}
