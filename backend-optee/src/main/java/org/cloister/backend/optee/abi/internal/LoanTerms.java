// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.util.List;

/**
 * How OP-TEE wants memory that is lent to it for a use case.
 *
 * @param minimumSize bytes, made of whole pages
 * @param alignment bytes, a power of two, at least a page
 * @param addressBits every address must fit in
 * @param receivers who gets access, as FF-A is to be told: the endpoint in bits 15 to 0, permissions in bits 23 to 16
 */
public record LoanTerms(long minimumSize, long alignment, int addressBits, List<Integer> receivers) {
    /** Copies the list. */
    public LoanTerms {
        receivers = List.copyOf(receivers);
    }
}
