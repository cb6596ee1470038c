// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.testing;

import org.cloister.platform.layout.OpteeParameter;

/**
 * Memory that the trusted OS knows.
 *
 * @param how the normal world refers to it
 * @param address of its first byte
 * @param size bytes
 * @param reference handle or cookie
 */
public record Memory(How how, long address, long size, long reference) {
    private static final int REGISTERED = OpteeParameter.RMEM_INPUT - OpteeParameter.VALUE_INPUT;
    private static final int TEMPORARY = OpteeParameter.TMEM_INPUT - OpteeParameter.VALUE_INPUT;

    /** How the normal world refers to memory. */
    public enum How {
        /** By a handle of FF-A. */
        HANDLE,
        /** By the cookie that it was registered or lent with. */
        COOKIE,
        /** By its address. */
        ADDRESS
    }

    /** All of it. */
    public Param in() {
        return param(Param.INPUT, 0, size);
    }

    /** All of it. */
    public Param out() {
        return param(Param.OUTPUT, 0, size);
    }

    /** All of it. */
    public Param inout() {
        return param(Param.INOUT, 0, size);
    }

    /** A part of it. */
    public Param param(int direction, long offset, long bytes) {
        return (message, at) -> {
            switch (how) {
                case HANDLE -> OpteeParameter.shared(
                        message, at, direction + REGISTERED, offset, 0, bytes, reference);
                case COOKIE -> OpteeParameter.registered(message, at, direction + REGISTERED, offset, bytes, reference);
                case ADDRESS -> OpteeParameter.temporary(
                        message, at, direction + TEMPORARY, address + offset, bytes, reference);
            }
        };
    }
}
