// SPDX-License-Identifier: Apache-2.0
/**
 * The way of a clip from its file to the panel, watched by a test bench.
 */
package org.cloister.player.play.internal;
