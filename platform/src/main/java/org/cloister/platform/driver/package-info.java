// SPDX-License-Identifier: Apache-2.0
/**
 * What drivers have in common: the device as an importer, the thread that state of a driver belongs to, and buffers on
 * their way through a device with one queue.
 *
 * <p>Users import {@code [1.0,2)}.
 */
@Export
@Version("1.0.0")
package org.cloister.platform.driver;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
