// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee;

import java.util.List;
import org.cloister.tee.TeeResult;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What one trusted application answered another.
 *
 * @param code see {@link org.cloister.tee.TeeCode}
 * @param origin who gave the code
 * @param values the numbers of each parameter afterwards, four of them; zeros where it is no value
 * @param sizes the bytes of each parameter afterwards, four of them; zero where it is no memory
 */
@ProviderType
public record TaAnswer(int code, TeeResult.Origin origin, List<TaArgument.Value> values, List<Long> sizes) {
    /** Copies the lists. */
    public TaAnswer {
        values = List.copyOf(values);
        sizes = List.copyOf(sizes);
    }
}
