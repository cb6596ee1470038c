// SPDX-License-Identifier: Apache-2.0
/**
 * The video decoder. Its picture memory is on the chip; all else it touches as its own initiator.
 */
package org.cloister.emulator.devices.decoder.internal;
