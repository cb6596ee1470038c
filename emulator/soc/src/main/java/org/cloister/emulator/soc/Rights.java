// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.cloister.heap.Access;
import org.cloister.platform.Initiator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Who may do what in a firewall region. What an initiator may do is the union of what its whole world may do and what
 * it is granted by name; an initiator that is mentioned nowhere may do nothing.
 *
 * @param normal what every initiator of the normal world may do
 * @param secure what every initiator of the secure world may do
 * @param own what single initiators may do besides; kept in the order of their names
 */
@ProviderType
public record Rights(Access normal, Access secure, Map<Initiator, Access> own) {
    /** Nobody may do anything. */
    public static final Rights NONE = new Rights(Access.NONE, Access.NONE, Map.of());

    /** Checks and copies the components; grants of {@link Access#NONE} are dropped. */
    public Rights {
        Objects.requireNonNull(normal, "normal");
        Objects.requireNonNull(secure, "secure");
        Map<Initiator, Access> sorted = new LinkedHashMap<>();
        own.entrySet().stream()
                .filter(grant -> grant.getValue() != Access.NONE)
                .sorted(Comparator.comparing(grant -> grant.getKey().name()))
                .forEach(grant -> sorted.put(grant.getKey(), grant.getValue()));
        own = Collections.unmodifiableMap(sorted);
    }

    /** Rights of single initiators only. */
    public static Rights of(Map<Initiator, Access> own) {
        return new Rights(Access.NONE, Access.NONE, own);
    }

    /** These rights with what {@code initiator} is granted by name widened by {@code access}. */
    public Rights with(Initiator initiator, Access access) {
        Map<Initiator, Access> wider = new LinkedHashMap<>(own);
        wider.merge(initiator, access, Access::or);
        return new Rights(normal, secure, wider);
    }

    /** What {@code initiator} may do. */
    public Access of(Initiator initiator) {
        Access world = initiator.secure() ? secure : normal;
        return world.or(own.getOrDefault(initiator, Access.NONE));
    }

    @Override
    public String toString() {
        String named = own.entrySet().stream()
                .map(grant -> ", " + grant.getKey().name() + ":" + grant.getValue())
                .collect(Collectors.joining());
        return "normal:" + normal + ", secure:" + secure + named;
    }
}
