// SPDX-License-Identifier: Apache-2.0
/**
 * Memory, buses and initiators as the normal world sees them.
 */
@Export
@Version("1.0.0")
package org.cloister.platform;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
