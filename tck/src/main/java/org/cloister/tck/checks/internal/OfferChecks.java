// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.UseCase;
import org.cloister.tck.internal.BackendBench;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;

/** What heaps a backend says it serves, and how it names them. */
@Category("naming")
final class OfferChecks {
    private static final String MAINLINE = "protected,";
    private static final String ALIASED = "restricted,";

    @Check(clause = "offers() returns a list without gaps.",
            remedy = "Return List.of() when there is nothing to offer, and no null in it.")
    void offersAreAList(BackendBench bench) {
        List<PoolOffer> offers = bench.backend().offers();
        Expect.that(offers != null, "offers() returned nothing");
        Expect.that(offers.stream().noneMatch(offer -> offer == null), "one of %d offers is null", offers.size());
    }

    @Check(clause = "A heap's name is offered once.",
            remedy = "Offer one pool for a name; for more memory under the same name let that pool grow.")
    void aNameIsOfferedOnce(BackendBench bench) {
        Set<String> names = new HashSet<>();
        bench.offers().forEach(offer -> Expect.that(names.add(offer.heap()), "%s is offered twice", offer.heap()));
    }

    @Check(clause = "offers() answers the same until the backend says offersChanged.",
            remedy = "Work offers out when something changes, keep them, and return what you keep.")
    void offersStayTheSame(BackendBench bench) {
        for (int i = 0; i < 3; i++) {
            List<PoolOffer> now = bench.backend().offers();
            Expect.that(bench.offers().equals(now), "they were %s and are %s", bench.offers(), now);
        }
    }

    @Check(clause = "Who changes the list that offers() returned changes nothing for others.",
            remedy = "Return an immutable list, such as List.copyOf(...).")
    void theListOfOffersIsNotShared(BackendBench bench) {
        List<PoolOffer> offers = bench.backend().offers();
        try {
            offers.clear();
        } catch (UnsupportedOperationException e) {
            return;
        }
        Expect.that(bench.offers().equals(bench.backend().offers()), "a caller emptied the backend's own list");
    }

    @Check(clause = "offers() is quick, as it asks no firmware.",
            remedy = "Ask firmware beforehand, on a thread of your own, and report changes with offersChanged.")
    void offersAreQuick(BackendBench bench) {
        long quickest = Long.MAX_VALUE; // a machine that is busy is slow now and then, firmware is each time
        for (int i = 0; i < 20; i++) {
            long started = System.nanoTime();
            bench.backend().offers();
            quickest = Math.min(quickest, System.nanoTime() - started);
        }
        Expect.that(quickest < TimeUnit.MILLISECONDS.toNanos(20), "the quickest of 20 calls takes %d us",
                quickest / 1000);
    }

    @Check(clause = "offers() may be called by several threads at a time.",
            remedy = "Keep the offers in one volatile field that holds an immutable list.")
    void offersAreAskedForByManyThreads(BackendBench bench) {
        List<CompletableFuture<Boolean>> asked = new ArrayList<>();
        for (int thread = 0; thread < 8; thread++) {
            asked.add(CompletableFuture.supplyAsync(() -> {
                for (int i = 0; i < 50; i++) {
                    if (!bench.offers().equals(bench.backend().offers())) {
                        return false;
                    }
                }
                return true;
            }, task -> Thread.ofPlatform().start(task)));
        }
        Expect.works("asking for offers on 8 threads", () -> asked.forEach(one ->
                Expect.that(one.join(), "some threads were answered differently")));
    }

    @Check(clause = "An alias is not the heap's own name.", remedy = "Leave the name out of its aliases.")
    void anAliasIsAnotherName(BackendBench bench) {
        none(bench, offer -> offer.aliases().contains(offer.heap()), "%s is its own alias");
    }

    @Check(clause = "No two heaps of a backend are found under one name or alias.",
            remedy = "Give an alias to one heap only, and to none that has it as its name.")
    void namesAndAliasesLeadToOneHeap(BackendBench bench) {
        Map<String, String> heaps = new HashMap<>();
        for (PoolOffer offer : bench.offers()) {
            Set<String> names = new HashSet<>(offer.aliases());
            names.add(offer.heap());
            for (String name : names) {
                String other = heaps.put(name, offer.heap());
                Expect.that(other == null || other.equals(offer.heap()), "%s leads to %s and to %s", name, other,
                        offer.heap());
            }
        }
    }

    @Check(clause = "A heap is named \"protected,...\"; \"restricted,...\" is found by itself.",
            remedy = "Offer the heap under its \"protected,\" name: core finds it with \"restricted,\", too.")
    void namesAreThoseOfMainline(BackendBench bench) {
        none(bench, offer -> offer.heap().startsWith(ALIASED), "%s begins with \"restricted,\"");
    }

    @Check(clause = "The heap \"protected,X\" of a standard use case X is for that use case.",
            remedy = "Take the use case whose heapName() it is, or choose another name.")
    void aStandardNameHasItsUseCase(BackendBench bench) {
        for (PoolOffer offer : bench.offers()) {
            if (offer.heap().startsWith(MAINLINE)) {
                UseCase.standard(offer.heap().substring(MAINLINE.length())).ifPresent(named -> Expect.that(
                        offer.refusal().isPresent() || named.equals(offer.useCase()), "%s is for %s", offer.heap(),
                        offer.useCase()));
            }
        }
    }

    @Check(clause = "An id of a use case has one name, and a name one id.",
            remedy = "Define a vendor's use case once, as a constant, and offer that.")
    void aUseCaseIsDefinedOnce(BackendBench bench) {
        Map<Integer, String> names = new HashMap<>();
        Map<String, Integer> ids = new HashMap<>();
        for (PoolOffer offer : bench.offers()) {
            UseCase useCase = offer.useCase();
            String name = names.putIfAbsent(useCase.id(), useCase.name());
            Integer id = ids.putIfAbsent(useCase.name(), useCase.id());
            Expect.that(name == null || name.equals(useCase.name()), "use case %d is %s and %s", useCase.id(), name,
                    useCase.name());
            Expect.that(id == null || id == useCase.id(), "use case %s is %d and %d", useCase.name(), id, useCase.id());
        }
    }

    @Check(clause = "A heap that cannot be served says why.",
            remedy = "Give the reason in a sentence for people: explain shows it to whoever misses the heap.")
    void aRefusalHasAReason(BackendBench bench) {
        none(bench, offer -> offer.refusal().filter(refusal -> refusal.why().isBlank()).isPresent(),
                "the refusal of %s has no reason");
    }

    @Check(clause = "A heap that cannot be served says what can be done.",
            remedy = "Name the option, the device-tree property or the firmware build that would help.")
    void aRefusalHasARemedy(BackendBench bench) {
        none(bench, offer -> offer.refusal().filter(refusal -> refusal.remedy().isBlank()).isPresent(),
                "the refusal of %s has no remedy");
    }

    @Check(clause = "A reason is a phrase of one line, and no stack trace.",
            remedy = "Say what is missing; a stack trace belongs into the log.")
    void aReasonIsOneLine(BackendBench bench) {
        none(bench, offer -> offer.refusal().filter(refusal -> refusal.why().lines().count() > 1
                || refusal.why().contains("\tat ")).isPresent(), "the reason of %s has several lines");
    }

    @Check(clause = "offers() works again after core let go and came back.",
            remedy = "Keep nothing in disconnected() that connected() does not set up again.")
    void offersSurviveAReconnection(BackendBench bench) {
        Expect.works("disconnected(), then connected(host)", () -> {
            bench.backend().disconnected();
            bench.backend().connected(bench.host());
        });
        List<PoolOffer> now = bench.backend().offers();
        Expect.that(bench.offers().equals(now), "they were %s and are %s", bench.offers(), now);
    }

    private static void none(BackendBench bench, Predicate<PoolOffer> wrong, String sentence) {
        bench.offers().stream().filter(wrong).findFirst().ifPresent(offer -> {
            throw Expect.fail(sentence, offer.heap());
        });
    }
}
