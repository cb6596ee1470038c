// SPDX-License-Identifier: Apache-2.0
/** What a board is made of, and how it is switched on and off. */
package org.cloister.emulator.soc.board.internal;
