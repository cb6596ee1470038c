// SPDX-License-Identifier: Apache-2.0
/**
 * An emulated system-on-chip: physical memory behind a firewall that every initiator passes.
 */
@Export
@Version("1.0.0")
package org.cloister.emulator.soc;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
