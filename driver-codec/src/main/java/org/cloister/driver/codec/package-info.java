// SPDX-License-Identifier: Apache-2.0
/**
 * The video codec driver.
 */
@Export
@Version("1.0.0")
package org.cloister.driver.codec;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
