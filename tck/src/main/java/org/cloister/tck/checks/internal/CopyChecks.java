// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.util.Arrays;
import java.util.Optional;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolUsage;
import org.cloister.backend.SecureCopier;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.Eyes;
import org.cloister.tck.internal.PoolBench;

/** Content that moves to another backend's memory within the secure world. */
@Category("move")
final class CopyChecks {
    /** A pool that no copier can reach: there is nothing behind it. */
    private record Nowhere() implements Pool {
        @Override
        public HeapAttributes attributes() {
            return HeapAttributes.builder().build();
        }

        @Override
        public PoolUsage usage() {
            return PoolUsage.unknown();
        }

        @Override
        public PoolBuffer allocate(long size, long alignment) {
            throw new HeapException(HeapError.NO_MEMORY, "allocate", "nowhere", "there is nothing", "ask elsewhere");
        }

        @Override
        public void free(PoolBuffer buffer) {}

        @Override
        public void destroy() {}
    }

    /** The copier; where there is none, its absence was asserted. */
    private static Optional<SecureCopier> copier(PoolBench bench) {
        if (!bench.attributes().movable()) {
            Expect.that(bench.pool().copier().isEmpty(), "the pool is not movable, and has a copier");
            bench.absent();
        }
        return bench.pool().copier();
    }

    @Check(clause = "A copier tells memory that it cannot reach.",
            remedy = "Answer reaches() with true only for pools that you can name to your firmware.")
    void aCopierDoesNotReachUnknownPools(PoolBench bench) {
        copier(bench).ifPresent(copier -> Expect.that(!copier.reaches(new Nowhere()),
                "it says that it reaches a pool that nobody has heard of"));
    }

    @Check(clause = "A copy to memory that cannot be reached is refused.",
            remedy = "Check the target again in copy(), and throw a HeapException.")
    void aCopyToNowhereIsRefused(PoolBench bench) {
        copier(bench).ifPresent(copier -> {
            PoolBuffer from = bench.take(bench.granule());
            Expect.refusal("a copy to a pool that cannot be reached", () -> copier.copy(from, new Nowhere(), from),
                    HeapError.NOT_SUPPORTED, HeapError.INVALID_ARGUMENT, HeapError.NOT_PERMITTED, HeapError.UNREACHABLE);
        });
    }

    @Check(clause = "What is copied arrives, all of it.",
            remedy = "Copy the whole buffer, and return when the secure side is done.")
    void whatIsCopiedArrives(PoolBench bench) {
        copier(bench).ifPresent(copier -> {
            PoolBench target = bench.otherOffer().map(bench::beside)
                    .orElseThrow(() -> Expect.skip("there is no other pool to copy to"));
            try (target) {
                if (!copier.reaches(target.pool())) {
                    throw Expect.skip("the copier does not reach the backend's other pool");
                }
                Eyes eyes = bench.eyes();
                PoolBuffer from = bench.take(bench.modest());
                PoolBuffer to = target.take(bench.modest());
                byte[] secret = Eyes.secret(31);
                eyes.plant(from, from.size() - secret.length, secret);
                copier.copy(from, target.pool(), to);
                byte[] found = target.eyes().look(target.eyes().address(to, from.size() - secret.length), secret.length);
                Expect.that(Arrays.equals(found, secret), "%s arrived", Eyes.hex(found));
            }
        });
    }
}
