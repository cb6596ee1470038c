// SPDX-License-Identifier: Apache-2.0
/**
 * Secure video recording: from a camera, through memory that the CPU cannot read, into an encrypted file.
 */
package org.cloister.player.record.internal;
