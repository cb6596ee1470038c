// SPDX-License-Identifier: Apache-2.0
/**
 * The video decoder. The core decodes on the chip; its firmware, bitstream, motion vectors and pictures are in memory, which
 * it touches as its own initiator.
 */
package org.cloister.emulator.devices.decoder.internal;
