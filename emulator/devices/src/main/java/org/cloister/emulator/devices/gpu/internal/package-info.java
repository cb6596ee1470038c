// SPDX-License-Identifier: Apache-2.0
/**
 * A Mali GPU with a command-stream frontend: registers, address spaces, a microcontroller that behaves as its firmware
 * would, shader cores that know how to compose pictures.
 */
package org.cloister.emulator.devices.gpu.internal;
