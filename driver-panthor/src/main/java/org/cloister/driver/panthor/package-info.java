// SPDX-License-Identifier: Apache-2.0
/**
 * The driver of Mali GPUs with a command-stream frontend: composes pictures, in protected mode too.
 *
 * <p>The driver is a service from the moment its GPU runs, in normal mode; it gains protected mode when the restricted
 * heap is there that the firmware's protected sections and groups' suspend buffers belong in, and loses it in order when
 * that goes. {@link org.cloister.driver.panthor.PanthorDriver#readiness} says how it stands.
 *
 * <p>Users import {@code [1.0,2)}.
 */
@Export
@Version("1.0.0")
package org.cloister.driver.panthor;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
