// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.cloister.backend.BackendHost;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Zeroing;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.HeapProperties;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.UseCaseBinding;
import org.cloister.pool.LendingPolicy;
import org.cloister.pool.LendingPool;
import org.cloister.pool.PoolTimer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The heaps that the secure processor protects: one for each use case of its node. Safe for use by any thread. */
final class AmdTeeBackend implements HeapBackend {
    static final String ID = "amdtee";

    private static final Logger LOG = LoggerFactory.getLogger(AmdTeeBackend.class);
    private static final String COMPATIBLE = "cloister,psp";
    private static final long PAGE = 4096;

    private final Driver driver;
    private final BooleanSupplier there;
    private final List<UseCaseBinding> bindings;
    private final ContiguousArea area;
    private final LendingPolicy policy;
    private final PoolTimer timer;
    private volatile Optional<BackendHost> host = Optional.empty();

    /**
     * Serves what the device tree tells of.
     *
     * @param driver reaches the processor
     * @param there tells whether the processor is there
     * @param area what is protected is taken from here
     * @param policy how chunks grow and shrink
     * @param timer the time that pools go by
     */
    AmdTeeBackend(Driver driver, BooleanSupplier there, DeviceTree tree, ContiguousArea area, LendingPolicy policy,
            PoolTimer timer) {
        this.driver = driver;
        this.there = there;
        this.area = area;
        this.policy = policy;
        this.timer = timer;
        this.bindings = bindings(tree);
    }

    private static List<UseCaseBinding> bindings(DeviceTree tree) {
        try {
            return tree.find("/firmware").stream().flatMap(Node::children)
                    .filter(node -> node.isEnabled() && node.compatible().contains(COMPATIBLE))
                    .flatMap(Node::children)
                    .filter(child -> child.has(HeapProperties.USE_CASE_ID))
                    .map(UseCaseBinding::read).toList();
        } catch (MalformedDeviceTree | HeapException e) {
            LOG.warn("the secure processor serves no heap: {}", e.getMessage());
            return List.of();
        }
    }

    private PoolOffer offer(UseCaseBinding binding) {
        Optional<PoolOffer.Refusal> refusal = binding.problem()
                .map(problem -> new PoolOffer.Refusal(problem, "correct the device tree"));
        if (refusal.isEmpty() && !there.getAsBoolean()) {
            refusal = Optional.of(new PoolOffer.Refusal("the secure processor is not there",
                    "switch it on; the heap is served as soon as it is there"));
        }
        return refusal.map(no -> PoolOffer.refuse(binding.heap(), binding.useCase(), no.why(), no.remedy()))
                .orElseGet(() -> PoolOffer.serve(binding.heap(), binding.useCase()));
    }

    /** The processor came or went. */
    void changed() {
        host.ifPresent(BackendHost::offersChanged);
    }

    /** Core, while it is there. */
    Optional<BackendHost> host() {
        return host;
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

    @Override
    public List<PoolOffer> offers() {
        return bindings.stream().map(this::offer).toList();
    }

    /**
     * {@inheritDoc} Talks to nobody: memory is protected when it is first wanted.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} for what was not offered, {@code UNAVAILABLE} when the backend is
     *     being stopped
     */
    @Override
    public Pool open(PoolOffer offer) {
        BackendHost core = host.orElseThrow(() -> new HeapException(HeapError.UNAVAILABLE, "open heap " + offer.heap(),
                "backend " + ID, "core is not connected", "connect it first"));
        UseCaseBinding binding = bindings.stream()
                .filter(known -> offer.refusal().isEmpty() && offer(known).equals(offer)).findFirst().orElseThrow(() -> new HeapException(HeapError.INVALID_ARGUMENT, "open heap " + offer.heap(),
                        "backend " + ID, "it does not offer that", "open one of its offers that is no refusal"));
        driver.retain();
        boolean done = false;
        try {
            var self = new Pool[1];
            var lender = new PspLender(driver.protector(), area, offer.useCase(), driver.withheld(),
                    telling(core, () -> self[0]), driver::release);
            self[0] = new LendingPool(offer.heap(), attributes(binding), lender, policy, timer, core);
            done = true;
            return self[0];
        } finally {
            if (!done) {
                driver.release();
            }
        }
    }

    /** What pools before lent is told of in the name of the pool that gets it back: theirs are gone. */
    private static Withheld.Tidings telling(BackendHost core, Supplier<Pool> pool) {
        return new Withheld.Tidings() {
            @Override
            public void reclaimed(long address, long size) {
                core.reclaimed(pool.get(), address, size);
            }

            @Override
            public void faulted(long address, long size, String why) {
                core.faulted(pool.get(), address, size, why);
            }
        };
    }

    private HeapAttributes attributes(UseCaseBinding binding) {
        HeapAttributes.Builder attributes = HeapAttributes.builder().enforcement(Enforcement.FIREWALL)
                .cpuAccess(Access.NONE).contiguous(true).granularity(PAGE).zeroing(Zeroing.NOBODY)
                .addressBits(new AddressRange(area.base(), area.size()).addressBits());
        binding.grants().ifPresent(attributes::grants);
        return attributes.build();
    }
}
