// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample;

import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.cloister.backend.BackendHost;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.tck.machine.SmallMachine;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One thing that is wrong with a backend, and the checks that are to catch it; all others are to pass. A flaw is made
 * anew for each backend.
 *
 * @param name by which it is configured
 * @param caughtBy names of checks
 * @param ids what becomes of the backend's id
 * @param offering what becomes of its offers
 * @param hosts what becomes of core, as its pools see it
 * @param pools what becomes of a pool
 */
@ProviderType
public record Flaw(String name, Set<String> caughtBy, UnaryOperator<String> ids,
        UnaryOperator<List<PoolOffer>> offering, UnaryOperator<BackendHost> hosts,
        BiFunction<Pool, Setting, Pool> pools) {
    /**
     * Where a pool is.
     *
     * @param offer what it was opened for
     * @param machine the machine
     * @param host core
     */
    @ProviderType
    public record Setting(PoolOffer offer, SmallMachine machine, BackendHost host) {}

    /** Nothing is wrong. */
    private static final Flaw NONE = new Flaw("", Set.of(), id -> id, offers -> offers, host -> host,
            (pool, _) -> pool);

    /**
     * A flaw of the backend's id.
     *
     * @param name by which it is configured
     * @param caughtBy the name of the check
     * @param ids what becomes of the id
     */
    static Flaw ofId(String name, String caughtBy, UnaryOperator<String> ids) {
        return new Flaw(name, Set.of(caughtBy.split(" ")), ids, NONE.offering, NONE.hosts, NONE.pools);
    }

    /** A flaw of offers; as above. */
    static Flaw ofOffers(String name, String caughtBy, UnaryOperator<List<PoolOffer>> offering) {
        return new Flaw(name, Set.of(caughtBy.split(" ")), NONE.ids, offering, NONE.hosts, NONE.pools);
    }

    /** A flaw of what core is told; as above. */
    static Flaw ofHost(String name, String caughtBy, UnaryOperator<BackendHost> hosts) {
        return new Flaw(name, Set.of(caughtBy.split(" ")), NONE.ids, NONE.offering, hosts, NONE.pools);
    }

    /** A flaw of pools; as above. */
    static Flaw ofPools(String name, String caughtBy, BiFunction<Pool, Setting, Pool> pools) {
        return new Flaw(name, Set.of(caughtBy.split(" ")), NONE.ids, NONE.offering, NONE.hosts, pools);
    }

    /** {@return all flaws that there are, made anew} */
    public static List<Flaw> all() {
        return Stream.<Supplier<List<Flaw>>>of(OfferFlaws::all, LifeFlaws::all, AttributeFlaws::all,
                AllocationFlaws::all, FreeFlaws::all, AccessFlaws::all, ProtectionFlaws::all,
                LoanFlaws::all, FailureFlaws::all)
                .flatMap(group -> group.get().stream()).toList();
    }

    /**
     * The flaw of that name.
     *
     * @param name empty for none
     * @return the flaw
     */
    public static Flaw named(String name) {
        return name.isEmpty() ? NONE : all().stream().filter(flaw -> flaw.name.equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no flaw " + name));
    }

    /** {@return the id that a backend with this flaw has} */
    public String id(String right) {
        return ids.apply(right);
    }

    /** {@return what a backend with this flaw offers} */
    public List<PoolOffer> offers(List<PoolOffer> right) {
        return offering.apply(right);
    }

    /** {@return core as the pools of a backend with this flaw see it} */
    public BackendHost host(BackendHost core) {
        return hosts.apply(core);
    }

    /** {@return the pool that a backend with this flaw opens} */
    public Pool pool(Pool right, Setting setting) {
        return pools.apply(right, setting);
    }
}
