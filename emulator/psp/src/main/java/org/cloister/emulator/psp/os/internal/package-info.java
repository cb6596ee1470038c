// SPDX-License-Identifier: Apache-2.0
/** The trusted OS of the secure processor: mailbox, ring, trusted applications, shared memory. */
package org.cloister.emulator.psp.os.internal;
