// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tck.FaultInjector;
import org.cloister.tck.MemoryObserver;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.Eyes;
import org.cloister.tck.internal.PoolBench;
import org.cloister.tck.internal.Span;
import org.cloister.tck.internal.TestHost;

/** Firmware that refuses, at each step. */
@Category("failure at each step")
final class FailureChecks {
    private static final Set<HeapError> DOCUMENTED = EnumSet.of(HeapError.NO_MEMORY, HeapError.NO_REGION,
            HeapError.INVALID_ARGUMENT, HeapError.FIRMWARE_REFUSED, HeapError.FIRMWARE_DEAD, HeapError.PROTOCOL,
            HeapError.NOT_PERMITTED, HeapError.BUSY, HeapError.NOT_SUPPORTED, HeapError.UNAVAILABLE);

    private interface Step {
        void with(FaultInjector faults, String step);
    }

    /** Every step on a pool that lets go of nothing yet. */
    private static void eachStep(PoolBench bench, Step check) {
        FaultInjector faults = bench.faults();
        for (String step : faults.steps()) {
            check.with(faults, step);
        }
    }

    /** Takes most of what is free: so much that a pool which keeps something idle gives something back, too. */
    private static List<PoolBuffer> takeSome(PoolBench bench, Consumer<HeapException> refused) {
        long size = bench.usage().free().isPresent() ? bench.largeStep() : bench.modest();
        List<PoolBuffer> taken = new ArrayList<>();
        try {
            for (int i = 0; i < 7; i++) {
                taken.add(bench.take(size));
            }
        } catch (HeapException e) {
            refused.accept(e);
        }
        return taken;
    }

    /** Allocates and frees; how that is refused is the subject of two checks, and not of the others. */
    private static void use(PoolBench bench) {
        for (PoolBuffer buffer : takeSome(bench, _ -> { })) {
            try {
                bench.give(buffer);
            } catch (HeapException e) {
                // aFreeDoesNotFail tells of it
            }
        }
    }

    @Check(clause = "An allocation that firmware refuses fails with a documented error, or goes another way.",
            remedy = "Turn each answer of firmware into a HeapException: FIRMWARE_REFUSED, NO_MEMORY, NO_REGION.")
    void aRefusedAllocationFailsInOrder(PoolBench bench) {
        eachStep(bench, (faults, step) -> {
            try (FaultInjector.Fault _ = faults.refuse(step)) {
                takeSome(bench, e -> Expect.that(DOCUMENTED.contains(e.error()),
                        "with %s refused, an allocation failed with %s: %s", step, e.error(), e.getMessage()))
                        .forEach(bench::give);
            }
            reopened(bench);
        });
    }

    @Check(clause = "free() does not fail because firmware refuses to take memory back.",
            remedy = "Quarantine the memory, tell host.quarantined, and return.")
    void aFreeDoesNotFail(PoolBench bench) {
        eachStep(bench, (faults, step) -> {
            List<PoolBuffer> taken = takeSome(bench, _ -> { });
            try (FaultInjector.Fault _ = faults.refuse(step)) {
                for (PoolBuffer buffer : taken) {
                    Expect.works("with %s refused, a free".formatted(step), () -> bench.give(buffer));
                }
            }
            reopened(bench);
        });
    }

    @Check(clause = "After a step was refused the pool works again.",
            remedy = "Undo what was done before the step that failed, in reverse order.")
    void thePoolRecovers(PoolBench bench) {
        eachStep(bench, (faults, step) -> {
            try (FaultInjector.Fault _ = faults.refuse(step)) {
                use(bench);
            }
            Expect.works("with %s no longer refused, an allocation".formatted(step),
                    () -> bench.give(bench.take(bench.modest())));
            reopened(bench);
        });
    }

    @Check(clause = "What is not free after a refused step is quarantined, and told.",
            remedy = "Count memory that could not be taken back in PoolUsage.quarantined, and nothing else.")
    void whatIsLostIsCounted(PoolBench bench) {
        eachStep(bench, (faults, step) -> {
            long before = accounted(bench);
            try (FaultInjector.Fault _ = faults.refuse(step)) {
                use(bench);
            }
            bench.freeAll();
            if (isHemmed(bench)) {
                bench.pool().retryQuarantined();
            }
            long now = accounted(bench);
            // Where no region comes back, all is to be told of what the pool still has: it cannot grow by the rest.
            long wanted = isHemmed(bench) ? Math.min(before, bench.capacity()) : before;
            Expect.that(now >= wanted, "with %s refused, %d bytes are neither free nor quarantined", step, wanted - now);
            reopened(bench);
        });
    }

    private static long accounted(PoolBench bench) {
        return bench.free() + bench.usage().quarantined();
    }

    /** Quarantined memory holds the last regions: what the pool could grow by is not free until a retry gets one back. */
    private static boolean isHemmed(PoolBench bench) {
        return bench.usage().quarantined() > 0 && bench.usage().regionsLeft().orElse(1) == 0;
    }

    @Check(clause = "Memory that is quarantined is reported to core.",
            remedy = "Call host.quarantined with address and size, once for each range.")
    void quarantineIsReported(PoolBench bench) {
        eachStep(bench, (faults, step) -> {
            int told = bench.host().withdrawn().size();
            long before = bench.usage().quarantined();
            try (FaultInjector.Fault _ = faults.refuse(step)) {
                use(bench);
            }
            long lost = bench.usage().quarantined() - before; // of this pool: another would start with none
            Expect.that(lost <= 0 || bench.host().withdrawn().size() > told,
                    "with %s refused, %d bytes are quarantined, and core was not told", step, lost);
            reopened(bench);
        });
    }

    @Check(clause = "What a pool tells core that it withdrew is what it counts as quarantined.",
            remedy = "Count each range that host.quarantined is told of, and no other, until a retry has succeeded.")
    void whatIsToldIsCounted(PoolBench bench) {
        eachStep(bench, (faults, step) -> {
            int heard = bench.host().withdrawn().size();
            long before = bench.usage().quarantined();
            try (FaultInjector.Fault _ = faults.refuse(step)) {
                use(bench);
                long counted = bench.usage().quarantined() - before;
                long told = bench.host().withdrawn().stream().skip(heard).mapToLong(one -> one.span().size()).sum();
                Expect.that(told == counted, "with %s refused, core was told of %d bytes, and %d more are counted", step,
                        told, counted);
            }
            reopened(bench);
        });
    }

    @Check(clause = "Memory that was quarantined is not handed out.",
            remedy = "Take a quarantined range out of the books until a retry has succeeded.")
    void quarantinedMemoryIsNotHandedOut(PoolBench bench) {
        eachStep(bench, (faults, step) -> {
            int told = bench.host().withdrawn().size();
            try (FaultInjector.Fault _ = faults.refuse(step)) {
                use(bench);
                List<TestHost.Withdrawn> lost = bench.host().withdrawn().subList(told, bench.host().withdrawn().size());
                for (Span span : bench.spans(tryTake(bench))) {
                    Expect.that(lost.stream().noneMatch(one -> one.span().overlaps(span)),
                            "with %s refused, %s is quarantined and was handed out", step, span);
                }
            }
            reopened(bench);
        });
    }

    private static PoolBuffer tryTake(PoolBench bench) {
        try {
            return bench.take(bench.modest());
        } catch (HeapException e) {
            return new PoolBuffer() {
                @Override
                public long size() {
                    return 0;
                }

                @Override
                public long address(int segment) {
                    return -1;
                }
            };
        }
    }

    @Check(clause = "With any step refused, the CPU never sees what was in restricted memory.",
            remedy = "When in doubt who has memory, keep it protected: quarantine it.")
    void nothingLeaksWhenAStepFails(PoolBench bench) {
        Eyes eyes = bench.eyes();
        eyes.requireRestricted();
        eachStep(bench, (faults, step) -> {
            PoolBuffer buffer = bench.take(bench.modest());
            byte[] secret = Eyes.secret(21);
            eyes.plant(buffer, 0, secret);
            long address = eyes.address(buffer, 0);
            try (FaultInjector.Fault _ = faults.refuse(step)) {
                bench.give(buffer);
                quietlyReopen(bench);
                Expect.that(!eyes.sees(MemoryObserver.CPU, address, secret), "with %s refused, the CPU read it", step);
            }
            reopened(bench);
            Expect.that(!eyes.sees(MemoryObserver.CPU, address, secret), "after %s was refused, the CPU read it", step);
        });
    }

    @Check(clause = "retryQuarantined() makes safe what firmware takes back by now, or says that it cannot.",
            remedy = "Try to take each quarantined range back; count those that worked, and leave the rest.")
    void aRetryHealsOrSaysThatItCannot(PoolBench bench) {
        eachStep(bench, (faults, step) -> {
            try (FaultInjector.Fault _ = faults.refuse(step)) {
                use(bench);
            }
            long before = bench.usage().quarantined();
            long[] healed = new long[1];
            Expect.works("retryQuarantined()", () -> healed[0] = bench.pool().retryQuarantined());
            Expect.that(healed[0] >= 0 && healed[0] <= before, "%d bytes were quarantined, and %d healed", before,
                    healed[0]);
            Expect.that(bench.usage().quarantined() == before - healed[0],
                    "%d bytes were healed of %d, and %d are left", healed[0], before, bench.usage().quarantined());
            reopened(bench);
        });
    }

    @Check(clause = "retryQuarantined() with nothing quarantined does nothing, and answers 0.",
            remedy = "Leave the method to its default where nothing is ever quarantined.")
    void aRetryOfNothingDoesNothing(PoolBench bench) {
        if (bench.usage().quarantined() > 0) {
            throw Expect.skip("memory is quarantined from before");
        }
        Expect.that(bench.pool().retryQuarantined() == 0, "it answered that something was healed");
    }

    private static void quietlyReopen(PoolBench bench) {
        try {
            bench.freeAll();
            bench.destroy();
        } catch (HeapException e) {
            // the step is refused
        }
        bench.openAgain();
    }

    private static void reopened(PoolBench bench) {
        bench.pool().retryQuarantined();
        bench.freeAll();
        quietlyReopen(bench);
    }
}
