// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import org.cloister.driver.panthor.firmware.FirmwareImage;

/** A way to print what is in a firmware image. */
sealed interface FirmwarePrinter permits FirmwareJson, FirmwareTable {
    /** Prints all entries of one file. */
    void print(String file, FirmwareImage image);
}
