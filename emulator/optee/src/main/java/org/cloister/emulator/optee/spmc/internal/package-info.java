// SPDX-License-Identifier: Apache-2.0
/**
 * FF-A: the dispatcher in the monitor, and the partition manager that is part of OP-TEE.
 */
package org.cloister.emulator.optee.spmc.internal;
