// SPDX-License-Identifier: Apache-2.0
/**
 * The crypto engine: keys are in memory that it reaches as its own initiator, and nowhere else.
 */
package org.cloister.emulator.devices.crypto.internal;
