// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import org.cloister.backend.PoolOffer;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;

/** What became of a declaration. */
sealed interface Finding {
    /** The path of the node. */
    String node();

    /** The name of the heap; empty when there was none to be had. */
    String heap();

    /**
     * What core is told.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} when the name is none that a heap can have
     */
    PoolOffer offer();

    /**
     * The heap can be served.
     *
     * @param carveOut what is behind it
     */
    record Usable(CarveOut carveOut) implements Finding {
        @Override
        public String node() {
            return carveOut.node();
        }

        @Override
        public String heap() {
            return carveOut.heap();
        }

        @Override
        public PoolOffer offer() {
            return PoolOffer.serve(carveOut.heap(), carveOut.useCase());
        }
    }

    /**
     * The heap cannot be served.
     *
     * @param node the path of the node
     * @param heap the name of the heap; empty when there was none to be had
     * @param useCase what it would be for, {@link UseCase#NONE} when that is what is wrong
     * @param why the reason
     * @param remedy what can be done about it
     */
    record Unusable(String node, String heap, UseCase useCase, String why, String remedy) implements Finding {
        @Override
        public PoolOffer offer() {
            return PoolOffer.refuse(heap, useCase, node + ": " + why, remedy);
        }
    }
}
