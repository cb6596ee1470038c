// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolUsage;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.UseCase;
import org.cloister.heap.Zeroing;
import org.cloister.tck.MemoryObserver;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.Eyes;
import org.cloister.tck.internal.PoolBench;
import org.cloister.tck.internal.Span;

/** What a pool says of its memory against what the memory is like. */
@Category("attributes")
final class AttributeChecks {
    private static final long PAGE = 4096;

    @Check(clause = "Restricted memory is handed out in whole pages at least.",
            remedy = "Set the granularity to 4096 or more: a page is the least that hardware protects.")
    void restrictedMemoryComesInPages(PoolBench bench) {
        Expect.that(!bench.attributes().restricted() || bench.granule() >= PAGE, "the granularity is %d bytes",
                bench.granule());
    }

    @Check(clause = "Restricted memory is for a use case.",
            remedy = "Offer it with the use case that it is kept for; NONE is normal memory.")
    void restrictedMemoryHasAUseCase(PoolBench bench) {
        Expect.that(!bench.attributes().restricted() || !bench.offer().useCase().equals(UseCase.NONE),
                "%s is restricted and for no use case", bench.heap());
    }

    @Check(clause = "What the CPU is granted behind a firewall is what the attributes say of its access.",
            remedy = "Derive cpuAccess and the grant of \"cpu\" from one source.")
    void theCpuIsGrantedWhatIsSaid(PoolBench bench) {
        if (bench.attributes().enforcement() != Enforcement.FIREWALL || bench.attributes().grants().isEmpty()) {
            throw Expect.skip("no firewall with known grants keeps this memory");
        }
        Expect.that(bench.attributes().grantOf(MemoryObserver.CPU) == bench.attributes().cpuAccess(),
                "cpuAccess is %s, and the grant of the CPU is %s", bench.attributes().cpuAccess(),
                bench.attributes().grantOf(MemoryObserver.CPU));
    }

    @Check(clause = "Every address fits in the address bits that the attributes say.",
            remedy = "Set addressBits to what the last byte of the pool's memory needs.")
    void addressesFitInTheirBits(PoolBench bench) {
        int bits = bench.attributes().addressBits();
        for (PoolBuffer buffer : List.of(bench.take(bench.granule()), bench.take(bench.modest()))) {
            for (Span span : bench.spans(buffer)) {
                Expect.that(bits == 64 || span.end() - 1 >>> bits == 0, "%s does not fit in %d bits", span, bits);
            }
        }
    }

    @Check(clause = "A contiguous pool gives buffers of one piece.",
            remedy = "Return one segment, or set contiguous to false.")
    void contiguousBuffersHaveOnePiece(PoolBench bench) {
        PoolBuffer buffer = bench.take(bench.modest());
        int pieces = bench.spans(buffer).size();
        Expect.that(!bench.attributes().contiguous() || pieces == 1, "a buffer has %d pieces", pieces);
    }

    @Check(clause = "The pieces of a buffer add up to its size.",
            remedy = "Override length(int) where a buffer has several segments.")
    void piecesAddUp(PoolBench bench) {
        PoolBuffer buffer = bench.take(bench.modest());
        long sum = bench.spans(buffer).stream().mapToLong(Span::size).sum();
        Expect.that(sum == buffer.size(), "pieces of %d bytes make a buffer of %d", sum, buffer.size());
    }

    @Check(clause = "copier() is there exactly when the attributes say movable.",
            remedy = "Set movable from whether there is a copier.")
    void movableMeansThatThereIsACopier(PoolBench bench) {
        Expect.that(bench.pool().copier() != null, "copier() returned null");
        Expect.that(bench.attributes().movable() == bench.pool().copier().isPresent(),
                "movable is %s, and a copier is %s", bench.attributes().movable(),
                bench.pool().copier().isPresent() ? "there" : "not there");
        if (!bench.attributes().movable()) {
            bench.absent();
        }
    }

    @Check(clause = "free is not more than the capacity, and the largest block not more than what is free.",
            remedy = "Take the figures of usage() in one go, under the lock that guards the books.")
    void figuresOfUsageFitTogether(PoolBench bench) {
        figures(bench.usage());
        bench.take(bench.modest());
        figures(bench.usage());
    }

    private static void figures(PoolUsage usage) {
        long capacity = usage.capacity().orElse(Long.MAX_VALUE);
        long free = usage.free().orElse(capacity);
        Expect.that(free <= capacity, "%d bytes are free of %d", free, capacity);
        Expect.that(usage.largestFree().orElse(0) <= free, "the largest block has %d bytes of %d that are free",
                usage.largestFree().orElse(0), free);
    }

    @Check(clause = "A pool that knows its capacity knows what is free and its largest block.",
            remedy = "Fill in all three, or none: core and people calculate with them.")
    void figuresOfUsageComeTogether(PoolBench bench) {
        PoolUsage usage = bench.usage();
        Expect.that(usage.capacity().isPresent() == usage.free().isPresent()
                && usage.free().isPresent() == usage.largestFree().isPresent(),
                "capacity is %s, free %s, the largest block %s", usage.capacity(), usage.free(), usage.largestFree());
    }

    @Check(clause = "A pool that was not used yet has all of its capacity free.",
            remedy = "Count buffers only, and not what the pool keeps for itself.")
    void aFreshPoolIsEmpty(PoolBench bench) {
        Expect.that(bench.free() == bench.capacity() - bench.usage().quarantined(), "%d of %d bytes are free",
                bench.free(), bench.capacity());
    }

    @Check(clause = "Whom the attributes grant reading can read.",
            remedy = "Correct the grants, or program the firewall as they say.")
    void grantedReadersRead(PoolBench bench) {
        Eyes eyes = bench.eyes();
        long address = eyes.address(bench.take(bench.granule()), 0);
        eyes.readers().forEach(reader ->
                Expect.that(eyes.reads(reader, address, 8), "%s is granted reading and was blocked", reader));
    }

    @Check(clause = "Whom the attributes grant writing can write.",
            remedy = "Correct the grants, or program the firewall as they say.")
    void grantedWritersWrite(PoolBench bench) {
        Eyes eyes = bench.eyes();
        long address = eyes.address(bench.take(bench.granule()), 0);
        for (String writer : eyes.writers()) {
            byte[] secret = Eyes.secret(writer.hashCode());
            Expect.that(eyes.writes(writer, address, secret), "%s is granted writing and was blocked", writer);
            byte[] found = eyes.look(address, secret.length);
            Expect.that(Arrays.equals(found, secret), "%s wrote, and %s is there", writer, Eyes.hex(found));
        }
    }

    @Check(clause = "Memory that is said to be cleared at allocation is blank, also where it was used before.",
            remedy = "Clear in allocate(), before the buffer is handed out, or set zeroing to NOBODY.")
    void clearedMemoryIsBlank(PoolBench bench) {
        if (bench.attributes().zeroing() == Zeroing.NOBODY) {
            throw Expect.skip("the pool says that nobody clears memory");
        }
        Eyes eyes = bench.eyes();
        byte[] secret = Eyes.secret(1);
        PoolBuffer used = bench.take(bench.modest());
        eyes.plant(used, 0, secret);
        eyes.plant(used, used.size() - secret.length, secret);
        bench.give(used);
        PoolBuffer next = bench.take(bench.modest());
        for (long offset : new long[] {0, next.size() - secret.length}) {
            byte[] found = eyes.look(eyes.address(next, offset), secret.length);
            Expect.that(Eyes.blank(found), "a new buffer has %s at offset %d", Eyes.hex(found), offset);
        }
    }

    @Check(clause = "Memory that nothing keeps is readable for the CPU, and no grant is withheld from it.",
            remedy = "Set the enforcement to what keeps the memory from the CPU, or let the CPU have it.")
    void normalMemoryIsTheCpus(PoolBench bench) {
        if (bench.attributes().restricted()) {
            throw Expect.skip("the memory is restricted");
        }
        Expect.that(bench.attributes().cpuAccess() == Access.READ_WRITE, "the CPU's access to normal memory is %s",
                bench.attributes().cpuAccess());
    }

    @Check(clause = "Grants name bus masters, and each grants something.",
            remedy = "Leave out who may do nothing, and give names as the device tree has them.")
    void grantsGrantSomething(PoolBench bench) {
        Map<String, Access> grants = bench.attributes().grants()
                .orElseThrow(() -> Expect.skip("the pool does not know who is granted what"));
        grants.forEach((name, access) -> {
            Expect.that(!name.isBlank(), "a grant has no name");
            Expect.that(access != Access.NONE, "%s is granted nothing, and named", name);
        });
    }

    @Check(clause = "The observer knows whom the attributes grant something.",
            remedy = "Spell bus masters alike in grants and in the hardware's description.")
    void grantsNameBusMastersThatExist(PoolBench bench) {
        Eyes eyes = bench.eyes();
        List<String> unknown = eyes.grants().keySet().stream().filter(name -> !eyes.everybody().contains(name)).toList();
        Expect.that(unknown.isEmpty() || unknown.size() < eyes.grants().size(), "nobody knows any of %s", unknown);
    }
}
