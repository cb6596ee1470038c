// SPDX-License-Identifier: Apache-2.0
/**
 * The crypto driver: RSA keys that are made, kept and used in restricted memory by an accelerator. No byte of a key, nor
 * of a digest that is signed, is ever where the CPU could read it.
 *
 * <p>The driver is a service from the moment its device is there, whether or not anybody serves the heap for keys;
 * {@link org.cloister.driver.crypto.CryptoDriver#readiness} says whether somebody does.
 *
 * <p>Users import {@code [1.0,2)}.
 */
@Export
@Version("1.0.0")
package org.cloister.driver.crypto;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
