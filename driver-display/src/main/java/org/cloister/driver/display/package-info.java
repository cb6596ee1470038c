// SPDX-License-Identifier: Apache-2.0
/**
 * The display driver.
 */
@Export
@Version("1.0.0")
package org.cloister.driver.display;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
