// SPDX-License-Identifier: Apache-2.0
/**
 * The emulated secure world as a whole, and how a board gets it.
 */
package org.cloister.emulator.optee.internal;
