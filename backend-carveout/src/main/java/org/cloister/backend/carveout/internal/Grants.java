// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import java.util.Map;
import org.cloister.heap.Access;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;
import org.cloister.platform.dt.GrantList;

/** Reads what boot firmware grants, from words like {@code "video-decoder:rw"}. Stateless. */
final class Grants {
    private Grants() {}

    /**
     * What each initiator of the normal world may do; several grants to one add up.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} for words that are no grants, and for grants that restrict nothing
     */
    static Map<String, Access> read(Declaration declaration) {
        if (declaration.grants().isEmpty()) {
            throw declaration.refused("no grants are given, so nobody may touch it",
                    "say what boot firmware grants, such as \"video-decoder:rw\"");
        }
        Map<String, Access> grants = GrantList.sum(declaration.grants(),
                word -> declaration.refused("\"" + word + "\" is no grant", GrantList.REMEDY));
        if (grants.containsKey(GrantList.EVERYBODY)) {
            throw declaration.refused("everybody has access, so the memory is not restricted",
                    "name the initiators that have access");
        }
        if (grants.getOrDefault(Initiator.CPU, Access.NONE).reads()) {
            throw declaration.refused("the CPU may read it, so the memory is not restricted",
                    "have boot firmware grant the CPU nothing, or \"cpu:w\"");
        }
        return grants;
    }
}
