// SPDX-License-Identifier: Apache-2.0
/** The boards that come with the emulator, and the component that switches one on. */
package org.cloister.emulator.soc.internal;
