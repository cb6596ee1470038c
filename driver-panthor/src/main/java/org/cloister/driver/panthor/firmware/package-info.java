// SPDX-License-Identifier: Apache-2.0
/**
 * Firmware images of Mali GPUs with a command-stream frontend ({@code arm/mali/archM.N/mali_csffw.bin}): what is in them,
 * and in which memory it belongs.
 *
 * <p>Users import {@code [1.0,2)}.
 */
@Export
@Version("1.0.0")
package org.cloister.driver.panthor.firmware;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
