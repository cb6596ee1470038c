// SPDX-License-Identifier: Apache-2.0
/**
 * The camera and the video encoder.
 */
package org.cloister.emulator.devices.record.internal;
