// SPDX-License-Identifier: Apache-2.0
/**
 * The video codec driver: decodes compressed video from one heap buffer into others.
 *
 * <p>The driver is a service from the moment its device is there, whether or not the heap that it takes its pictures'
 * memory from is; {@link org.cloister.driver.codec.CodecDriver#readiness} says what it waits for.
 *
 * <p>Users import {@code [1.0,2)}.
 */
@Export
@Version("1.0.0")
package org.cloister.driver.codec;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
