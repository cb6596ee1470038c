// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.cloister.backend.BackendHost;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.TeeMemory;
import org.cloister.backend.optee.abi.internal.Driver;
import org.cloister.backend.optee.abi.internal.LoanTerms;
import org.cloister.backend.optee.abi.internal.Transport;
import org.cloister.backend.optee.tee.internal.OpteeTee;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.dt.AddressRange;
import org.cloister.pool.LendingPolicy;
import org.cloister.pool.LendingPool;
import org.cloister.pool.PoolMemory;
import org.cloister.pool.PoolTimer;
import org.cloister.pool.StaticRanges;

/**
 * The heaps of an OP-TEE: one over its static area, or one for each use case over memory that is lent to it. Safe for
 * use by any thread.
 */
final class OpteeBackend implements HeapBackend {
    static final String ID = "optee";

    private static final long PAGE = 4096;
    /** How long a copy is waited for when what it reads is taken away; nobody can, as it is being moved. */
    private static final Duration COPIES_WAIT = Duration.ofSeconds(1);

    private final Optional<Driver> driver;
    private final Catalogue catalogue;
    private final Supplies supplies;
    private final RegionLedger regions;
    private final Neighbours neighbours = new Neighbours();
    private volatile Optional<BackendHost> host = Optional.empty();

    /**
     * What pools are made with.
     *
     * @param area what is lent is taken from here
     * @param ranges opens the pool over a static area
     * @param policy chunks as OP-TEE wants them grow and shrink so
     * @param timer the time that pools go by
     */
    record Supplies(ContiguousArea area, StaticRanges ranges, Policy policy, PoolTimer timer) {}

    /** How chunks grow and shrink, whatever OP-TEE says of their least size. */
    interface Policy {
        /** The policy for chunks of a least size and alignment. */
        LendingPolicy of(LoanTerms terms);
    }

    /** Serves what is in the catalogue; a driver that there is stays the caller's to let go of. */
    OpteeBackend(Optional<Driver> driver, Catalogue catalogue, Supplies supplies, RegionLedger regions) {
        this.driver = driver;
        this.catalogue = catalogue;
        this.supplies = supplies;
        this.regions = regions;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public void connected(BackendHost core) {
        host = Optional.of(core);
    }

    @Override
    public void disconnected() {
        host = Optional.empty();
    }

    /** Core, while it is there. */
    Optional<BackendHost> host() {
        return host;
    }

    @Override
    public List<PoolOffer> offers() {
        return catalogue.offers();
    }

    /**
     * {@inheritDoc} Talks to nobody: memory is lent when it is first wanted.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} for what was not offered; {@code BUSY} when a static area is still
     *     in use for something else; {@code UNAVAILABLE} when the backend is being stopped
     */
    @Override
    public Pool open(PoolOffer offer) {
        BackendHost core = host.orElseThrow(() -> new HeapException(HeapError.UNAVAILABLE, "open heap " + offer.heap(),
                "backend " + ID, "core is not connected", "connect it first"));
        Catalogue.Entry entry = catalogue.find(offer).orElseThrow(() -> notOffered(offer));
        return switch (entry.source()) {
            case Catalogue.Source.Lent lent -> lend(entry, lent.terms(), core);
            case Catalogue.Source.Static area -> openStatic(entry, area.area());
            case Catalogue.Source.None none -> throw notOffered(offer);
        };
    }

    private static HeapException notOffered(PoolOffer offer) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "open heap " + offer.heap(), "backend " + ID,
                "it does not offer that", "open one of its offers that is no refusal");
    }

    private Pool lend(Catalogue.Entry entry, LoanTerms terms, BackendHost core) {
        ContiguousArea area = supplies.area;
        Driver reached = driver.orElseThrow();
        var lender = new OpteeLender(reached, area, entry.binding().useCase(), terms, regions, neighbours,
                new OpteeTee(new OpteeTee.Wiring(ID, reached, this::host, this::isStatic, COPIES_WAIT)));
        boolean done = false;
        try {
            int bits = Math.min(terms.addressBits(), new AddressRange(area.base(), area.size()).addressBits());
            HeapAttributes attributes = attributes(entry, bits).movable(reached.transport().takesAddresses()).build();
            var pool = new LendingPool(entry.binding().heap(), attributes, lender, supplies.policy.of(terms),
                    supplies.timer, core);
            neighbours.add(lender, pool);
            done = true;
            return pool;
        } finally {
            if (!done) {
                lender.released();
            }
        }
    }

    private Pool openStatic(Catalogue.Entry entry, Transport.StaticArea area) {
        Driver held = driver.orElseThrow();
        int bits = Math.min(area.addressBits(), area.range().addressBits()); // firmware tells those of all memory
        held.retain();
        boolean done = false;
        try {
            Pool pool = supplies.ranges.open(entry.binding().heap(), entry.binding().useCase(), area.range().base(),
                    area.range().size(), attributes(entry, bits).build(), new PoolMemory() {
                        @Override
                        public TeeMemory teeMemory(long address) {
                            return new TeeMemory.Physical(address);
                        }

                        @Override
                        public void released() {
                            held.release();
                        }
                    });
            done = true;
            return pool;
        } finally {
            if (!done) {
                held.release();
            }
        }
    }

    private static HeapAttributes.Builder attributes(Catalogue.Entry entry, int addressBits) {
        HeapAttributes.Builder attributes = HeapAttributes.builder().enforcement(Enforcement.FIREWALL)
                .cpuAccess(Access.NONE).contiguous(true).granularity(PAGE).addressBits(addressBits);
        entry.binding().grants().ifPresent(attributes::grants);
        return attributes;
    }

    /** Tells whether a range lies in OP-TEE's static area. */
    boolean isStatic(long address, long size) {
        return driver.flatMap(d -> d.transport().staticArea())
                .map(Transport.StaticArea::range)
                .filter(range -> range.contains(address) && size <= range.size() - (address - range.base()))
                .isPresent();
    }
}
