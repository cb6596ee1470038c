// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Why a heap is, or is not, available.
 *
 * @param name the name that was asked for
 * @param available whether an allocation would find a backend now
 * @param reasons what is known about the name, the decisive reason first; never empty
 */
@ProviderType
public record Explanation(String name, boolean available, List<Reason> reasons) {
    /** Copies the list. */
    public Explanation {
        reasons = List.copyOf(reasons);
    }

    /**
     * One thing known about a heap's name.
     *
     * @param kind what sort of reason
     * @param backend the backend that it is about, or an empty string
     * @param text a sentence for people: what, why, and what to do about it
     */
    @ProviderType
    public record Reason(Kind kind, String backend, String text) {}

    /** Sorts of reasons. New ones may be added in a minor version. */
    @ProviderType
    public enum Kind {
        /** This backend serves the heap. */
        SERVED,
        /** No backend offers the name. */
        NO_BACKEND,
        /** The backend is leaving; its live buffers are waited for. */
        DRAINING,
        /** The backend left. */
        LEFT,
        /** Another backend has the higher ranking. */
        LOST_TO_RANKING,
        /** The configuration names another backend for this heap. */
        OVERRIDDEN,
        /** The backend knows the heap and says why it cannot serve it, for example because firmware refused. */
        REFUSED,
        /** The backend failed when it was asked for its pool, or later. */
        FAILED,
        /** Memory of this backend is quarantined: its reclaim failed. Said besides the reasons why it serves, or not. */
        QUARANTINED,
        /** The offer contradicts what is known: a use case, name, or restriction that differs. */
        CONFLICT,
        /** A name that looks like this one exists. */
        SIMILAR_NAME
    }

    @Override
    public String toString() {
        var text = new StringBuilder("heap " + name + " is " + (available ? "available" : "not available"));
        for (Reason reason : reasons) {
            text.append(System.lineSeparator()).append("  ").append(reason.text());
        }
        return text.toString();
    }
}
