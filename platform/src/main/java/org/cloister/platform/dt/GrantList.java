// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Reads properties that tell whom firmware grants memory: a list of strings such as {@code "video-decoder:rw"}, the name
 * of an initiator, a colon, and {@code r}, {@code w} or {@code rw}. Stateless.
 */
@ProviderType
public final class GrantList {
    private static final Pattern GRANT = Pattern.compile("([A-Za-z0-9._-]+|\\*):(r|w|rw)");
    private static final String EVERYBODY = "*";
    private static final String SECURE_WORLD = "secure";

    private GrantList() {}

    /**
     * Reads the grants of memory that is kept from the CPU. Several grants to one initiator add up; those to the secure
     * world are left out, for no driver stands for it.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} for a string that is no grant, and for grants to everybody or to the
     *     CPU
     */
    public static Map<String, Access> restricted(Property property) {
        Map<String, Access> grants = new TreeMap<>();
        for (String word : property.strings()) {
            Matcher grant = GRANT.matcher(word);
            if (!grant.matches()) {
                throw wrong(property, "\"" + word + "\" is no grant",
                        "write an initiator, a colon and r, w or rw, such as \"display:r\"");
            }
            grants.merge(grant.group(1), access(grant.group(2)), Access::or);
        }
        grants.remove(SECURE_WORLD);
        if (grants.containsKey(EVERYBODY) || grants.containsKey(Initiator.CPU)) {
            throw wrong(property, "it grants the CPU access, so the memory is not restricted",
                    "name the devices that have access");
        }
        return Map.copyOf(grants);
    }

    private static HeapException wrong(Property property, String why, String remedy) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "read grants", property.toString(), why, remedy);
    }

    private static Access access(String rights) {
        return switch (rights) {
            case "r" -> Access.READ;
            case "w" -> Access.WRITE;
            default -> Access.READ_WRITE;
        };
    }
}
