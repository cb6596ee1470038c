// SPDX-License-Identifier: Apache-2.0
/**
 * A trusted user interface: dialogues that the secure world draws and a display shows above all else.
 */
package org.cloister.player.ui.internal;
