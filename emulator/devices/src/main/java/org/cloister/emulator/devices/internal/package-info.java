// SPDX-License-Identifier: Apache-2.0
/**
 * What the device models share, and how they come onto a board.
 */
package org.cloister.emulator.devices.internal;
