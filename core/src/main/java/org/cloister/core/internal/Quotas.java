// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
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
