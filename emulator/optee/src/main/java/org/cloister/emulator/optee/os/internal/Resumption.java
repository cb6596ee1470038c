// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

/**
 * With what the normal world resumes a thread of the trusted OS. Means something after {@link Suspension.Allocate}
 * only.
 *
 * @param address physical address of the memory
 * @param cookie of that memory
 */
public record Resumption(long address, long cookie) {
    /** Nothing. */
    public static final Resumption NOTHING = new Resumption(0, 0);
}
