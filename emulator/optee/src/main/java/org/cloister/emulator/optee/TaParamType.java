// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee;

import org.cloister.tee.Direction;
import org.osgi.annotation.versioning.ProviderType;

/** Types of parameters, numbered as in GlobalPlatform's Internal Core API. */
@ProviderType
public enum TaParamType {
    /** No parameter. */
    NONE(0),
    /** A value, in. */
    VALUE_INPUT(1),
    /** A value, out. */
    VALUE_OUTPUT(2),
    /** A value, in and out. */
    VALUE_INOUT(3),
    /** Memory, in. */
    MEMORY_INPUT(5),
    /** Memory, out. */
    MEMORY_OUTPUT(6),
    /** Memory, in and out. */
    MEMORY_INOUT(7);

    private final int number;

    TaParamType(int number) {
        this.number = number;
    }

    /** GlobalPlatform's number. */
    public int number() {
        return number;
    }

    /** Tells whether it is memory. */
    public boolean isMemory() {
        return number >= MEMORY_INPUT.number;
    }

    /** Tells whether it is a value. */
    public boolean isValue() {
        return this != NONE && !isMemory();
    }

    /** Tells whether the application's changes reach the client. */
    public boolean isOutput() {
        return (number & 2) != 0;
    }

    /** The type of a value that travels in {@code direction}. */
    public static TaParamType value(Direction direction) {
        return switch (direction) {
            case INPUT -> VALUE_INPUT;
            case OUTPUT -> VALUE_OUTPUT;
            case INOUT -> VALUE_INOUT;
        };
    }

    /** The type of memory that travels in {@code direction}. */
    public static TaParamType memory(Direction direction) {
        return switch (direction) {
            case INPUT -> MEMORY_INPUT;
            case OUTPUT -> MEMORY_OUTPUT;
            case INOUT -> MEMORY_INOUT;
        };
    }
}
