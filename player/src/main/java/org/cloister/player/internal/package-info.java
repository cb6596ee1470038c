// SPDX-License-Identifier: Apache-2.0
/**
 * Secure video playback as a command.
 */
package org.cloister.player.internal;
