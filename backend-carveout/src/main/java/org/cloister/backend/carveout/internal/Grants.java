// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloister.heap.Access;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;

/** Reads what boot firmware grants, from words like {@code "video-decoder:rw"}. Stateless. */
final class Grants {
    private static final Pattern GRANT = Pattern.compile("([A-Za-z0-9._-]+|\\*):(r|w|rw)");
    private static final String EVERYBODY = "*";
    private static final String SECURE_WORLD = "secure";

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
        Map<String, Access> grants = new TreeMap<>();
        for (String word : declaration.grants()) {
            Matcher grant = GRANT.matcher(word);
            if (!grant.matches()) {
                throw declaration.refused("\"" + word + "\" is no grant",
                        "write an initiator, a colon and r, w or rw, such as \"display:r\"");
            }
            grants.merge(grant.group(1), access(grant.group(2)), Access::or);
        }
        // Firmware and trusted OS are no initiators that a driver could stand for.
        grants.remove(SECURE_WORLD);
        if (grants.containsKey(EVERYBODY)) {
            throw declaration.refused("everybody has access, so the memory is not restricted",
                    "name the initiators that have access");
        }
        if (grants.getOrDefault(Initiator.CPU, Access.NONE).reads()) {
            throw declaration.refused("the CPU may read it, so the memory is not restricted",
                    "have boot firmware grant the CPU nothing, or \"cpu:w\"");
        }
        return grants;
    }

    private static Access access(String rights) {
        return switch (rights) {
            case "r" -> Access.READ;
            case "w" -> Access.WRITE;
            default -> Access.READ_WRITE;
        };
    }
}
