// SPDX-License-Identifier: Apache-2.0
/** The boards with parts of AMD, and the firmware models that they boot. */
package org.cloister.emulator.psp.internal;
