// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.Objects;
import java.util.function.Function;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;
import org.cloister.platform.dt.Property;
import org.osgi.annotation.versioning.ProviderType;

/** Reads grants, whose form {@link BoardProperties} describes. Stateless. */
@ProviderType
public final class Grants {
    private static final String NORMAL_WORLD = "*";
    private static final String SECURE_WORLD = "secure";

    private Grants() {
    }

    /**
     * Reads the grants of a property.
     *
     * @param property a list of strings
     * @param initiators finds an initiator by its name, or throws {@link HeapException}, such as
     *     {@link Soc#initiator}
     * @return the union of all grants
     * @throws HeapException {@code INVALID_ARGUMENT} for a string that is no grant, or names nobody
     */
    public static Rights parse(Property property, Function<String, Initiator> initiators) {
        Objects.requireNonNull(initiators, "initiators");
        Rights rights = Rights.NONE;
        for (String grant : property.strings()) {
            int colon = grant.lastIndexOf(':');
            if (colon <= 0) {
                throw malformed(property, grant, "it is not WHO:RIGHTS");
            }
            String who = grant.substring(0, colon);
            Access access = access(property, grant, grant.substring(colon + 1));
            rights = switch (who) {
                case NORMAL_WORLD -> new Rights(rights.normal().or(access), rights.secure(), rights.own());
                case SECURE_WORLD -> new Rights(rights.normal(), rights.secure().or(access), rights.own());
                default -> rights.with(find(property, grant, who, initiators), access);
            };
        }
        return rights;
    }

    private static Initiator find(
            Property property, String grant, String who, Function<String, Initiator> initiators) {
        try {
            return initiators.apply(who);
        } catch (HeapException unknown) {
            throw malformed(property, grant, unknown.why());
        }
    }

    private static Access access(Property property, String grant, String rights) {
        return switch (rights) {
            case "r" -> Access.READ;
            case "w" -> Access.WRITE;
            case "rw" -> Access.READ_WRITE;
            default -> throw malformed(property, grant, "rights are r, w or rw");
        };
    }

    private static HeapException malformed(Property property, String grant, String why) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "read the grant \"" + grant + "\"", property.toString(),
                why, "correct the device tree");
    }
}
