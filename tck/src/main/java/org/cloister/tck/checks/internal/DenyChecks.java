// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.backend.PoolBuffer;
import org.cloister.tck.MemoryObserver;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.Eyes;
import org.cloister.tck.internal.PoolBench;

/** Who has no grant gets nothing: before, during and after. */
@Category("default deny")
final class DenyChecks {
    private static final String PROTECT_FIRST = "Have memory protected before allocate() returns, for its whole range, "
            + "and grant only whom the attributes name.";
    private static final String SCRUB = "Let the secure side clear memory before the CPU gets it back, or keep it "
            + "protected.";

    /** A buffer with a secret at its beginning, its middle and its end. */
    private record Secret(Eyes eyes, PoolBuffer buffer, byte[] bytes, long[] offsets) {
        static Secret in(PoolBench bench, long size) {
            Eyes eyes = bench.eyes();
            eyes.requireRestricted();
            PoolBuffer buffer = bench.take(size);
            byte[] bytes = Eyes.secret(5);
            long[] offsets = {0, buffer.size() / 2 & -64, buffer.size() - bytes.length};
            for (long offset : offsets) {
                eyes.plant(buffer, offset, bytes);
            }
            return new Secret(eyes, buffer, bytes, offsets);
        }

        boolean seenBy(String initiator) {
            return Arrays.stream(offsets).anyMatch(at -> eyes.sees(initiator, eyes.address(buffer, at), bytes));
        }

        boolean isIntact() {
            return Arrays.stream(offsets).allMatch(at ->
                    Arrays.equals(eyes.look(eyes.address(buffer, at), bytes.length), bytes));
        }
    }

    @Check(clause = "The CPU cannot read what is in restricted memory.", remedy = PROTECT_FIRST)
    void theCpuSeesNothing(PoolBench bench) {
        Secret secret = Secret.in(bench, bench.modest());
        Expect.that(!secret.seenBy(MemoryObserver.CPU), "the CPU read it");
    }

    @Check(clause = "A read of the CPU is blocked where a firewall keeps the memory, whatever is in it.",
            remedy = PROTECT_FIRST)
    void theCpuIsBlocked(PoolBench bench) {
        Eyes eyes = bench.eyes();
        eyes.requireFirewall();
        PoolBuffer buffer = bench.take(bench.modest());
        for (long offset : new long[] {0, 4096 % buffer.size(), buffer.size() - 1}) {
            Expect.that(!eyes.reads(MemoryObserver.CPU, eyes.address(buffer, offset), 1),
                    "the CPU read the byte at offset %d", offset);
        }
    }

    @Check(clause = "A bus master without a grant for reading sees nothing.", remedy = PROTECT_FIRST)
    void whoIsNotGrantedReadingSeesNothing(PoolBench bench) {
        Secret secret = Secret.in(bench, bench.modest());
        secret.eyes().blind().stream().filter(name -> !name.equals(MemoryObserver.CPU)).forEach(
                name -> Expect.that(!secret.seenBy(name), "%s has no grant and read it", name));
    }

    @Check(clause = "A bus master without a grant for writing changes nothing to its liking.", remedy = PROTECT_FIRST)
    void whoIsNotGrantedWritingChangesNothing(PoolBench bench) {
        Secret secret = Secret.in(bench, bench.modest());
        secret.eyes().reader();
        byte[] forged = Eyes.secret(77);
        long address = secret.eyes().address(secret.buffer(), 0);
        for (String name : secret.eyes().mute()) {
            secret.eyes().writes(name, address, forged);
            Expect.that(!Arrays.equals(secret.eyes().look(address, forged.length), forged),
                    "%s has no grant and wrote", name);
        }
    }

    @Check(clause = "A blocked access changes nothing for those who have a grant.",
            remedy = "See that a fault is answered on the bus alone, and turns off neither region nor pool.")
    void faultsHarmNobody(PoolBench bench) {
        Secret secret = Secret.in(bench, bench.modest());
        secret.eyes().requireFirewall();
        secret.eyes().reader();
        for (String name : secret.eyes().blind()) {
            secret.eyes().reads(name, secret.eyes().address(secret.buffer(), 0), 64);
        }
        Expect.that(secret.isIntact(), "after accesses that were blocked the content is another");
    }

    @Check(clause = "A large buffer is kept from end to end.",
            remedy = "Protect the whole range: mind the last page, and ranges of several pieces.")
    void largeBuffersAreKeptFromEndToEnd(PoolBench bench) {
        Eyes eyes = bench.eyes();
        eyes.requireFirewall();
        PoolBuffer buffer = bench.take(Math.max(bench.granule(), Math.min(bench.largeStep(), 4L << 20)));
        long step = Math.max(4096, buffer.size() / 64 & -4096);
        for (long offset = 0; offset < buffer.size(); offset += step) {
            for (String name : eyes.blind()) {
                Expect.that(!eyes.reads(name, eyes.address(buffer, offset), 1), "%s read at offset 0x%x of 0x%x", name,
                        offset, buffer.size());
            }
        }
    }

    @Check(clause = "A read that begins outside a buffer does not get into it.",
            remedy = "Let the firewall look at the whole access, not at its first byte.")
    void accessesThatStraddleAreBlocked(PoolBench bench) {
        Eyes eyes = bench.eyes();
        eyes.requireFirewall();
        PoolBuffer buffer = bench.take(bench.modest());
        long end = eyes.address(buffer, buffer.size() - 1);
        Expect.that(!eyes.reads(MemoryObserver.CPU, eyes.address(buffer, 0) - 8, 16), "the CPU read across the start");
        Expect.that(!eyes.reads(MemoryObserver.CPU, end - 7, 16), "the CPU read across the end");
    }

    @Check(clause = "After a buffer was freed nobody without a grant finds what was in it.", remedy = SCRUB)
    void nothingIsFoundAfterAFree(PoolBench bench) {
        Secret secret = Secret.in(bench, bench.modest());
        bench.give(secret.buffer());
        for (String name : secret.eyes().blind()) {
            Expect.that(!secret.seenBy(name), "%s found it after the buffer was freed", name);
        }
    }

    @Check(clause = "After a pool was destroyed nobody without a grant finds what was in it.", remedy = SCRUB)
    void nothingIsFoundAfterDestruction(PoolBench bench) {
        Secret secret = Secret.in(bench, bench.modest());
        var blind = secret.eyes().blind();
        bench.give(secret.buffer());
        bench.destroy();
        for (String name : blind) {
            Expect.that(!secret.seenBy(name), "%s found it after the pool was destroyed", name);
        }
    }

    @Check(clause = "While memory is freed and given back, the CPU never sees what was in it.",
            remedy = "Scrub before the protection is taken away, and never the other way about.")
    void theCpuSeesNothingWhileMemoryGoesBack(PoolBench bench) throws InterruptedException {
        Secret secret = Secret.in(bench, Math.max(bench.granule(), Math.min(bench.largeStep(), 1L << 20)));
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch looking = new CountDownLatch(1);
        long[] addresses = Arrays.stream(secret.offsets()).map(at -> secret.eyes().address(secret.buffer(), at)).toArray();
        CompletableFuture<Boolean> thief = CompletableFuture.supplyAsync(() -> {
            boolean seen = false;
            while (!seen && !done.get()) {
                for (long address : addresses) {
                    seen |= secret.eyes().sees(MemoryObserver.CPU, address, secret.bytes());
                }
                looking.countDown();
            }
            return seen;
        }, task -> Thread.ofPlatform().start(task));
        try {
            looking.await();
            bench.give(secret.buffer());
            bench.destroy();
        } finally {
            done.set(true);
        }
        Expect.that(!thief.join(), "the CPU read it while memory went back");
    }

    @Check(clause = "While memory is allocated, others' live memory stays closed.",
            remedy = "Change protection of a range without opening the ranges beside it.")
    void liveMemoryStaysClosedWhileThePoolGrows(PoolBench bench) {
        Secret secret = Secret.in(bench, bench.modest());
        for (int i = 0; i < 4; i++) {
            bench.take(Math.max(bench.granule(), Math.min(bench.largeStep(), 1L << 20)));
            Expect.that(!secret.seenBy(MemoryObserver.CPU), "the CPU read a live buffer after another was allocated");
        }
    }

    @Check(clause = "A live buffer stays closed when its neighbours are freed.",
            remedy = "Open no range before its last buffer is freed.")
    void liveMemoryStaysClosedWhenNeighboursGo(PoolBench bench) {
        PoolBuffer before = bench.take(bench.modest());
        Secret secret = Secret.in(bench, bench.modest());
        PoolBuffer behind = bench.take(bench.modest());
        bench.give(before);
        bench.give(behind);
        for (String name : secret.eyes().blind()) {
            Expect.that(!secret.seenBy(name), "%s read a live buffer after its neighbours were freed", name);
        }
    }
}
