// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import java.util.Map;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.UseCase;
import org.cloister.heap.Zeroing;
import org.cloister.platform.Initiator;
import org.cloister.platform.dt.AddressRange;

/**
 * A reserved-memory node that can serve a heap.
 *
 * @param node the path of the node
 * @param range where it is, whole pages
 * @param heap the name of the heap
 * @param useCase what the memory is for
 * @param grants what each initiator may do
 */
record CarveOut(String node, AddressRange range, String heap, UseCase useCase, Map<String, Access> grants) {
    /** Bytes of a page: the unit of allocation, and of every firewall that could protect the memory. */
    static final long PAGE = 4096;

    CarveOut {
        grants = Map.copyOf(grants);
    }

    /** What the memory is like. */
    HeapAttributes attributes() {
        return HeapAttributes.builder()
                .enforcement(Enforcement.FIREWALL)
                .cpuAccess(grants.getOrDefault(Initiator.CPU, Access.NONE))
                .contiguous(true)
                .granularity(PAGE)
                .zeroing(Zeroing.NOBODY)
                .addressBits(range.addressBits())
                .grants(grants)
                .build();
    }
}
