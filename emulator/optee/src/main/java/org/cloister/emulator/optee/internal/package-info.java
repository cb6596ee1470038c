// SPDX-License-Identifier: Apache-2.0
/**
 * The emulated secure world.
 */
package org.cloister.emulator.optee.internal;
