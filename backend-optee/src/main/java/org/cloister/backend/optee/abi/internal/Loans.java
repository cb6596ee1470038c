// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

/**
 * How memory is lent to OP-TEE and taken back, by one of its interfaces. What it throws is as
 * {@link org.cloister.pool.Lender} wants it. Safe for use by any thread.
 */
public sealed interface Loans permits FfaLoans, SmcLoans {
    /**
     * Lends memory.
     *
     * @param address of the first byte
     * @param size bytes
     * @param useCase the number of the use case
     * @param terms what OP-TEE wants for it
     * @return by what number OP-TEE knows the memory
     */
    long lend(long address, long size, int useCase, LoanTerms terms);

    /** Puts lent memory to its use. */
    void assign(long reference, int useCase);

    /** Ends its use. */
    void release(long reference);

    /** Takes it back. */
    void reclaim(long reference);
}
