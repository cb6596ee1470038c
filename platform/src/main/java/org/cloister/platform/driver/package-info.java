// SPDX-License-Identifier: Apache-2.0
/**
 * What drivers of devices with one queue have in common: the device as an importer, and buffers on their way through it.
 *
 * <p>Users import {@code [1.0,2)}.
 */
@Export
@Version("1.0.0")
package org.cloister.platform.driver;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
