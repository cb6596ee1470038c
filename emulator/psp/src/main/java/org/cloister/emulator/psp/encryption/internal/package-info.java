// SPDX-License-Identifier: Apache-2.0
/** A memory-encryption unit: AES in XTS mode between the bus and memory, and an engine that copies into it. */
package org.cloister.emulator.psp.encryption.internal;
