// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Explanation.Kind;
import org.cloister.heap.Explanation.Reason;

/** The words in which elections are explained. */
final class Reasons {
    /** Who made it so that one backend serves and not another. */
    enum Authority { ADMINISTRATOR, CONFIGURATION, RANKING }

    private static final String RELEASE = "; release them, or have them taken away by drain.policies";

    private Reasons() {}

    static Reason served(String heap, Tenure tenure) {
        String id = tenure.record().backend();
        return new Reason(Kind.SERVED, id, "backend " + id + " serves it"
                + Optional.ofNullable(tenure.candidate().misconduct().get(heap)).map(why -> ", although " + why)
                        .orElse(""));
    }

    /** Why a backend that could serve the heap does not, although nothing but {@code winner} is in its way. */
    static Reason lost(String heap, Candidate loser, Tenure winner, Authority authority) {
        String misconduct = loser.misconduct().get(heap);
        if (misconduct != null) {
            return failed(loser.id(), misconduct + ", so others come first until its offers change");
        }
        String id = loser.id();
        String served = winner.record().backend();
        int ranking = winner.candidate().ranking();
        return switch (authority) {
            case ADMINISTRATOR -> new Reason(Kind.OVERRIDDEN, id, "backend " + id
                    + " could serve it, but an administrator chose backend " + served);
            case CONFIGURATION -> new Reason(Kind.OVERRIDDEN, id, "backend " + id
                    + " could serve it, but the configuration prefers backend " + served);
            case RANKING -> new Reason(Kind.LOST_TO_RANKING, id, "backend " + id + " could serve it, but backend "
                    + served + (ranking == loser.ranking() ? " is the older service of the same ranking"
                            : " has the higher service.ranking, " + ranking + " against " + loser.ranking()));
        };
    }

    /** An administrator lets nobody serve. */
    static Reason drained(String id) {
        return new Reason(Kind.OVERRIDDEN, id, "backend " + id + " could serve it, but an administrator has the heap"
                + " drained; choose a backend, or restore the heap");
    }

    static Reason notNamed(String id, List<String> preferred) {
        return new Reason(Kind.OVERRIDDEN, id, "backend " + id + " could serve it, but the configuration names "
                + preferred + " only; change heap.backends of core to include it");
    }

    static Reason refused(String id, PoolOffer.Refusal refusal) {
        return new Reason(Kind.REFUSED, id, "backend " + id + " knows it but cannot serve it: " + refusal.why() + "; "
                + refusal.remedy());
    }

    static Reason failed(String id, String why) {
        return new Reason(Kind.FAILED, id, "backend " + id + " failed: " + why);
    }

    static Reason conflict(String id, String why) {
        return new Reason(Kind.CONFLICT, id, "backend " + id + " contradicts what is known: " + why);
    }

    static Reason left(String id) {
        return new Reason(Kind.LEFT, id, "backend " + id
                + ", which served it last, has left or no longer offers it; start it again or deploy another");
    }

    static Reason draining(Tenure tenure) {
        String id = tenure.record().backend();
        return new Reason(Kind.DRAINING, id, "backend " + id + " is leaving and waits for " + tenure.live()
                + " live buffers" + RELEASE);
    }

    /** The backend that serves is the successor of itself. */
    static Reason former(Tenure tenure) {
        String id = tenure.record().backend();
        return new Reason(Kind.DRAINING, id, "backend " + id + ", as it was in generation "
                + tenure.record().generation() + " and before an update or a restart, waits for " + tenure.live()
                + " live buffers" + RELEASE + "; until then its successor may refuse with BUSY");
    }

    static Reason quarantined(Tenure tenure) {
        String id = tenure.record().backend();
        return new Reason(Kind.QUARANTINED, id, "0x" + Long.toHexString(tenure.quarantined()) + " bytes of backend " + id
                + " are quarantined, because they could not be taken back; see the log, and try again with"
                + " Heap.retryQuarantined");
    }

    static Reason noneOf(List<String> preferred) {
        return new Reason(Kind.NO_BACKEND, "", "the configuration lets only " + preferred
                + " serve it, and none of them does");
    }

    static Reason noBackend(Collection<String> known) {
        return new Reason(Kind.NO_BACKEND, "", "no backend offers it; deploy one that does, and look at the spelling"
                + (known.isEmpty() ? "" : ": there are " + String.join(" and ", known)));
    }

    static Reason similar(String name) {
        return new Reason(Kind.SIMILAR_NAME, "", "there is a heap " + name);
    }
}
