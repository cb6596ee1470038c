// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.lang.foreign.MemorySegment;

/** How memory parameters of a message refer to memory; differs between OP-TEE's two interfaces. */
interface ParameterMemory {
    /**
     * Finds the memory of a parameter and puts it into an operation.
     *
     * @param copy a copy of the message
     * @param at where in the copy the parameter is
     * @param operation gets the memory, also when what is returned is no success
     * @param index of the parameter
     * @return a GlobalPlatform code: {@code BAD_PARAMETERS} also for parameters that are no memory,
     *     {@code SECURITY} when the parameter leaves its memory
     */
    int resolve(MemorySegment copy, long at, Operation operation, int index);
}
