// SPDX-License-Identifier: Apache-2.0
/**
 * The trusted applications that come with the emulated OP-TEE.
 */
package org.cloister.emulator.optee.ta.internal;
