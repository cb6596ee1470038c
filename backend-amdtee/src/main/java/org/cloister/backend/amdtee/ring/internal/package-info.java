// SPDX-License-Identifier: Apache-2.0
/** The way to the secure processor: mailbox, ring, and waiting for both. */
package org.cloister.backend.amdtee.ring.internal;
