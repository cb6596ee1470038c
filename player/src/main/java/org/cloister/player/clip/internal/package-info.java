// SPDX-License-Identifier: Apache-2.0
/**
 * Clips: what comes out of an MP4 file, how its samples are decrypted, and what its pictures ought to be.
 */
package org.cloister.player.clip.internal;
