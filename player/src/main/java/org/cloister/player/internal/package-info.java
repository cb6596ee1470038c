// SPDX-License-Identifier: Apache-2.0
/**
 * Secure video playback.
 */
package org.cloister.player.internal;
