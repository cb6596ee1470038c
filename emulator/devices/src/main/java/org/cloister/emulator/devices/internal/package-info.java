// SPDX-License-Identifier: Apache-2.0
/**
 * Device models that touch memory only as their own initiator.
 */
package org.cloister.emulator.devices.internal;
