// SPDX-License-Identifier: Apache-2.0
/**
 * A board to look at: its memory, its firewall, and what the bus blocked. For tools that show them; nothing can be
 * changed here.
 */
@Export
@Version("1.0.0")
package org.cloister.platform.inspect;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
