// SPDX-License-Identifier: Apache-2.0
/**
 * Trusted applications for the emulated OP-TEE.
 *
 * <p>A trusted application is a class: register it as a service of type
 * {@link org.cloister.emulator.optee.TrustedApplication}, and each emulated OP-TEE on the boards that it is meant for
 * can open sessions with it. It sees nothing of the machine but what a call gives it.
 */
@Export
@Version("1.0.0")
package org.cloister.emulator.optee;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
