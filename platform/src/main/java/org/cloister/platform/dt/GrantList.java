// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
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
    /** Stands for everybody in the normal world. */
    public static final String EVERYBODY = "*";
    /** What to do about a word that is no grant, for messages. */
    public static final String REMEDY = "write an initiator, a colon and r, w or rw, such as \"display:r\"";

    private static final Pattern GRANT = Pattern.compile("([A-Za-z0-9._-]+|\\*):(r|w|rw)");
    private static final String SECURE_WORLD = "secure";

    private GrantList() {}

    /**
     * Adds grants up. Those to the secure world are left out, for no driver stands for it.
     *
     * @param words grants, one each
     * @param malformed the refusal of a word that is no grant
     * @return what each initiator may do, by name; unmodifiable
     */
    public static Map<String, Access> sum(List<String> words, Function<String, HeapException> malformed) {
        Map<String, Access> grants = new TreeMap<>();
        for (String word : words) {
            Matcher grant = GRANT.matcher(word);
            if (!grant.matches()) {
                throw malformed.apply(word);
            }
            grants.merge(grant.group(1), access(grant.group(2)), Access::or);
        }
        grants.remove(SECURE_WORLD);
        return Collections.unmodifiableMap(grants);
    }

    /**
     * Reads the grants of memory that is kept from the CPU. Several grants to one initiator add up; those to the secure
     * world are left out.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} for a string that is no grant, and for grants to everybody or to the
     *     CPU
     */
    public static Map<String, Access> restricted(Property property) {
        Map<String, Access> grants = sum(property.strings(),
                word -> wrong(property, "\"" + word + "\" is no grant", REMEDY));
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
