// SPDX-License-Identifier: Apache-2.0
/** Trusted OSes behind {@code /dev/teeN}: sessions, calls, and memory that they know. */
package org.cloister.backend.linux.tee.internal;
