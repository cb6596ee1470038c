// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample.internal;

import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tck.machine.SmallMachine;

/** What boot firmware would have done: a range is protected once, for as long as the machine runs. Stateless. */
final class BootProtection {
    private BootProtection() {}

    static void apply(SmallMachine machine, long base, long size, HeapAttributes attributes) {
        try {
            machine.protect(base, size, attributes.grants().orElseThrow());
        } catch (HeapException e) {
            if (e.error() != HeapError.INVALID_ARGUMENT && e.error() != HeapError.FIRMWARE_REFUSED) {
                throw e; // INVALID_ARGUMENT: it is protected since the first pool was opened
            }
        }
    }
}
