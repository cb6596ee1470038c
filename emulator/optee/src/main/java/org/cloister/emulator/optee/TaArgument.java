// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee;

import java.util.Objects;
import org.cloister.tee.Direction;
import org.osgi.annotation.versioning.ProviderType;

/** A parameter that one trusted application passes to another. */
@ProviderType
public sealed interface TaArgument {
    /** No parameter in this place. */
    record None() implements TaArgument {}

    /**
     * Two numbers.
     *
     * @param a the first
     * @param b the second
     * @param direction which way
     */
    record Value(int a, int b, Direction direction) implements TaArgument {
        /** Checks the components. */
        public Value {
            Objects.requireNonNull(direction, "direction");
        }
    }

    /**
     * Memory that the application was given in the call that it serves.
     *
     * @param memory the memory
     * @param direction which way
     */
    record Memory(TaMemory memory, Direction direction) implements TaArgument {
        /** Checks the components. */
        public Memory {
            Objects.requireNonNull(memory, "memory");
            Objects.requireNonNull(direction, "direction");
        }
    }
}
