// SPDX-License-Identifier: Apache-2.0
/**
 * The display controller, its pipe, and the panel at the end of it.
 */
package org.cloister.emulator.devices.display.internal;
