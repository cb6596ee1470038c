// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import java.util.List;
import java.util.Map;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.firewall.internal.Initiators;
import org.cloister.heap.Access;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.Property;

/** Reads grants, whose form {@link org.cloister.emulator.soc.BoardProperties} describes. Immutable. */
final class GrantParser {
    private static final String NORMAL_WORLD = "*";
    private static final String SECURE_WORLD = "secure";

    private final String board;
    private final Initiators initiators;

    GrantParser(String board, Initiators initiators) {
        this.board = board;
        this.initiators = initiators;
    }

    Rights parse(Property property) {
        List<String> grants = property.strings();
        Rights rights = Rights.NONE;
        for (String grant : grants) {
            int colon = grant.lastIndexOf(':');
            if (colon <= 0) {
                throw malformed(property, grant, "it is not WHO:RIGHTS");
            }
            Access access = access(property, grant, grant.substring(colon + 1));
            rights = widen(property, rights, grant.substring(0, colon), access);
        }
        return rights;
    }

    private Rights widen(Property property, Rights rights, String who, Access access) {
        return switch (who) {
            case NORMAL_WORLD -> new Rights(rights.normal().or(access), rights.secure(), rights.own());
            case SECURE_WORLD -> new Rights(rights.normal(), rights.secure().or(access), rights.own());
            default -> {
                try {
                    yield rights.with(initiators.get(initiators.indexOf(who)), access);
                } catch (HeapException unknown) {
                    throw malformed(property, who, unknown.why());
                }
            }
        };
    }

    private Access access(Property property, String grant, String rights) {
        Map<String, Access> known = Map.of("r", Access.READ, "w", Access.WRITE, "rw", Access.READ_WRITE);
        if (!known.containsKey(rights)) {
            throw malformed(property, grant, "rights are r, w or rw");
        }
        return known.get(rights);
    }

    private HeapException malformed(Property property, String grant, String why) {
        return BoardError.of(board, "grant \"" + grant + "\" in " + property + ": " + why,
                "correct the device tree");
    }
}
