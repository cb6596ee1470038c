// SPDX-License-Identifier: Apache-2.0
/**
 * The display driver: shows pictures in heap buffers.
 *
 * <p>The driver is a service from the moment its device is there, whether or not anybody serves the heap of protected
 * pictures; {@link org.cloister.driver.display.DisplayDriver#readiness} says whether somebody does.
 *
 * <p>Users import {@code [1.0,2)}.
 */
@Export
@Version("1.0.0")
package org.cloister.driver.display;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
