// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.admin.QuotaReport;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;

/**
 * How many bytes a bundle, and all bundles together for one use case, may have allocated. Whoever allocated a buffer
 * pays for it until its memory goes back, whoever holds it then.
 *
 * <p>Safe for use by any thread. A limit that is lowered below what is used refuses new allocations only.
 */
final class Quotas {
    /** In the limits of bundles, stands for bundles that are not named. */
    static final String ANY = "*";

    private final Map<UseCase, AtomicLong> byUseCase = new ConcurrentHashMap<>();
    private volatile Map<String, Long> bundleLimits = Map.of();
    private volatile Map<String, Long> useCaseLimits = Map.of();

    /** Sets the limits in bytes, by symbolic name (or {@link #ANY}) and by name of the use case. */
    void limit(Map<String, Long> bundles, Map<String, Long> useCases) {
        bundleLimits = Map.copyOf(bundles);
        useCaseLimits = Map.copyOf(useCases);
    }

    /** The counter of a use case; callers keep it. */
    AtomicLong counter(UseCase useCase) {
        return byUseCase.computeIfAbsent(useCase, u -> new AtomicLong());
    }

    /**
     * Counts an allocation.
     *
     * @throws HeapException {@code QUOTA_EXCEEDED}, and nothing is counted
     */
    void charge(Owner owner, UseCase useCase, AtomicLong counter, long bytes) {
        Map<String, Long> bundles = bundleLimits;
        if (bundles.isEmpty()) {
            owner.bytes().addAndGet(bytes);
        } else {
            Long limit = bundles.get(owner.name());
            add(owner.bytes(), bytes, limit != null ? limit : bundles.getOrDefault(ANY, Long.MAX_VALUE),
                    "bundle " + owner.name());
        }
        Map<String, Long> useCases = useCaseLimits;
        if (useCases.isEmpty()) {
            counter.addAndGet(bytes);
            return;
        }
        try {
            add(counter, bytes, useCases.getOrDefault(useCase.name(), Long.MAX_VALUE), "use case " + useCase);
        } catch (HeapException e) {
            owner.bytes().addAndGet(-bytes);
            throw e;
        }
    }

    /** Takes a {@link #charge} back, or part of it. */
    void refund(Owner owner, AtomicLong counter, long bytes) {
        owner.bytes().addAndGet(-bytes);
        counter.addAndGet(-bytes);
    }

    /** What is used of each limit; {@link #ANY} is told for each of {@code owners} that it holds for. */
    List<QuotaReport> reports(Collection<Owner> owners) {
        Map<String, Long> bundles = bundleLimits;
        var reports = new ArrayList<QuotaReport>();
        Map<String, Long> used = new TreeMap<>();
        bundles.keySet().stream().filter(name -> !name.equals(ANY)).forEach(name -> used.put(name, 0L));
        owners.stream().filter(owner -> bundles.containsKey(ANY) || bundles.containsKey(owner.name()))
                .forEach(owner -> used.merge(owner.name(), owner.bytes().get(), Math::addExact));
        used.forEach((name, bytes) -> reports.add(new QuotaReport(
                QuotaReport.Kind.BUNDLE, name, bytes, bundles.getOrDefault(name, bundles.get(ANY)))));
        Map<String, Long> counted = new TreeMap<>();
        byUseCase.forEach((useCase, bytes) -> counted.put(useCase.name(), bytes.get()));
        new TreeMap<>(useCaseLimits).forEach((name, limit) -> reports.add(new QuotaReport(
                QuotaReport.Kind.USE_CASE, name, counted.getOrDefault(name, 0L), limit)));
        return reports;
    }

    private static void add(AtomicLong used, long bytes, long limit, String whose) {
        long before = used.get();
        while (bytes <= limit - before) {
            long seen = used.compareAndExchange(before, before + bytes);
            if (seen == before) {
                return;
            }
            before = seen;
        }
        throw new HeapException(HeapError.QUOTA_EXCEEDED, "allocate " + bytes + " bytes", whose,
                before + " of " + limit + " bytes of its quota are used",
                "free buffers, or raise the quota in the configuration of core");
    }
}
