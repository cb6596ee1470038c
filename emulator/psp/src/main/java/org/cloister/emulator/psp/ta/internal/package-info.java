// SPDX-License-Identifier: Apache-2.0
/** Trusted applications of the secure processor. */
package org.cloister.emulator.psp.ta.internal;
