// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.Map;
import java.util.Set;

/** How the trusted OS was built to offer restricted memory (OP-TEE: {@code CFG_SECURE_DATA_PATH} and its kin). */
public sealed interface ProtectedMemory {
    /** Tells whether memory can be lent for a use case. */
    default boolean lendable(int useCase) {
        return false;
    }

    /** There is none. */
    record None() implements ProtectedMemory {}

    /**
     * There is one area, protected since boot.
     *
     * @param useCase the number of its use case
     * @param base physical address of the first byte
     * @param size bytes
     */
    record Static(int useCase, long base, long size) implements ProtectedMemory {}

    /**
     * The normal world lends it.
     *
     * @param needs how memory must be, by use case, as far as the normal world is told
     * @param useCases for which use cases memory can be lent
     */
    record Dynamic(Map<Integer, Needs> needs, Set<Integer> useCases) implements ProtectedMemory {
        /** Copies the components. */
        public Dynamic {
            needs = Map.copyOf(needs);
            useCases = Set.copyOf(useCases);
        }

        @Override
        public boolean lendable(int useCase) {
            return useCases.contains(useCase);
        }
    }

    /**
     * How memory must be to be lent.
     *
     * @param size the fewest bytes
     * @param alignment bytes
     */
    record Needs(long size, long alignment) {}
}
