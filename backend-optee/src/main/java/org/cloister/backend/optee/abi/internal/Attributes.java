// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.Direction;

/** Types of parameters by direction. Stateless. */
public final class Attributes {
    private Attributes() {}

    /** The type of a value. */
    public static int value(Direction direction) {
        return OpteeParameter.VALUE_INPUT + offset(direction);
    }

    /** The type of a part of memory that is known by a number. */
    static int registered(Direction direction) {
        return OpteeParameter.RMEM_INPUT + offset(direction);
    }

    /** The type of memory that is known by its address. */
    static int temporary(Direction direction) {
        return OpteeParameter.TMEM_INPUT + offset(direction);
    }

    private static int offset(Direction direction) {
        return switch (direction) {
            case INPUT -> 0;
            case OUTPUT -> 1;
            case INOUT -> 2;
        };
    }
}
