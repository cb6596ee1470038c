// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.UseCase;

/** What is wrong with names. Stateless. */
final class OfferFlaws {
    private OfferFlaws() {}

    private static UnaryOperator<List<PoolOffer>> and(PoolOffer more) {
        return right -> {
            var all = new ArrayList<>(right);
            all.add(more);
            return List.copyOf(all);
        };
    }

    private static UnaryOperator<List<PoolOffer>> onFirst(UnaryOperator<PoolOffer> change) {
        return right -> {
            var all = new ArrayList<>(right);
            all.set(0, change.apply(all.getFirst()));
            return List.copyOf(all);
        };
    }

    private static PoolOffer refusal(String heap, String why, String remedy) {
        return PoolOffer.refuse(heap, UseCase.SECURE_VIDEO_RECORD, why, remedy);
    }

    static List<Flaw> all() {
        int[] count = new int[1];
        return List.of(
                Flaw.ofId("id-undeclared", "DeclarationChecks.theManifestNamesTheBackend "
                        + "TeeMemoryChecks.theTrustedOsIsToldWhere TeeMemoryChecks.aPhysicalPlaceIsTheBuffers "
                        + "TeeMemoryChecks.differentBuffersHaveDifferentPlaces TeeMemoryChecks.aPlaceStays",
                        _ -> "simple"),
                Flaw.ofOffers("offers-flicker", "OfferChecks.offersAreAskedForByManyThreads", right -> {
                    synchronized (count) {
                        count[0]++;
                        boolean now = count[0] > 200 && count[0] < 300; // no other check asks as often
                        return now ? and(refusal("other-" + count[0], "a", "b")).apply(right) : right;
                    }
                }),
                Flaw.ofOffers("own-alias", "OfferChecks.anAliasIsAnotherName",
                        onFirst(one -> one.aliases("sample,video", one.heap()))),
                Flaw.ofOffers("alias-of-two", "OfferChecks.namesAndAliasesLeadToOneHeap",
                        and(refusal("sample,other", "nobody needs it", "do without").aliases("sample,video"))),
                Flaw.ofOffers("restricted-name",
                        "OfferChecks.namesAreThoseOfMainline HeapChecks.aRefusedHeapIsExplained",
                        and(refusal("restricted,other", "nobody needs it", "do without"))),
                Flaw.ofOffers("no-reason", "OfferChecks.aRefusalHasAReason", and(refusal("sample,other", " ", "wait"))),
                Flaw.ofOffers("no-remedy", "OfferChecks.aRefusalHasARemedy", and(refusal("sample,other", "none", ""))),
                Flaw.ofOffers("long-reason", "OfferChecks.aReasonIsOneLine",
                        and(refusal("sample,other", "it failed\nand failed", "do without"))),
                Flaw.ofOffers("use-case-renamed", "OfferChecks.aUseCaseIsDefinedOnce",
                        and(PoolOffer.refuse("sample,other", new UseCase(300, "sample-other"), "none", "wait"))),
                Flaw.ofOffers("offered-twice", "OfferChecks.aNameIsOfferedOnce",
                        and(refusal(UseCase.SECURE_VIDEO_RECORD.heapName(), "the small machine has no camera",
                                "wait"))));
    }
}
