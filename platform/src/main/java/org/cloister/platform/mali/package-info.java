// SPDX-License-Identifier: Apache-2.0
/**
 * Mali GPUs with a command-stream frontend, as driver and hardware agree on them: registers, the interface with the
 * firmware, translation tables, command streams. Sources: Linux, {@code drivers/gpu/drm/panthor}, and the series on
 * protected mode of May 2026; opcodes as Mesa has them.
 *
 * <p>A driver imports this package with {@code [1.0,2)}; a device model, which implements it, with {@code [1.0,1.1)}.
 */
@Export
@Version("1.0.0")
package org.cloister.platform.mali;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
