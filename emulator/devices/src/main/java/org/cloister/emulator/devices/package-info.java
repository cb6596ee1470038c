// SPDX-License-Identifier: Apache-2.0
/**
 * What a test bench sees of the emulated devices and no program of the normal world ever could: the panel itself.
 */
@Export
@Version("1.0.0")
package org.cloister.emulator.devices;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
