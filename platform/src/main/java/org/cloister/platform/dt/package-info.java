// SPDX-License-Identifier: Apache-2.0
/**
 * Flattened device trees: {@link org.cloister.platform.dt.DeviceTree} reads them,
 * {@link org.cloister.platform.dt.DeviceTreeBuilder} makes them, and
 * {@link org.cloister.platform.dt.ReservedMemory} is the typed view of what boot software set aside.
 *
 * <p>The format is version 17 of the Devicetree Specification, chapter 5; the reserved-memory properties are those of
 * its chapter 3.5 and of the Linux bindings.
 *
 * <p>A blob may come from anybody. Reading one gives a tree, or
 * {@link org.cloister.platform.dt.MalformedDeviceTree} with the offset of the first byte that is wrong, in time and
 * memory that are linear in its size.
 */
@Export
@Version("1.0.0")
package org.cloister.platform.dt;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
