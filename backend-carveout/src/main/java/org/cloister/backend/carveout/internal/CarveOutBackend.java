// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.backend.BackendHost;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.ProvidesBackend;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.pool.StaticRanges;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves heaps from memory that boot firmware protected for good. Carve-outs come from the device tree and from
 * configurations, which may come and go. Safe for use by any thread.
 */
@ProvidesBackend(CarveOutBackend.ID)
@Component
public final class CarveOutBackend implements HeapBackend {
    static final String ID = "carveout";

    private static final Logger LOG = LoggerFactory.getLogger(CarveOutBackend.class);

    private final DeviceTree tree;
    private final PhysicalMemory memory;
    private final StaticRanges ranges;
    private final Set<ConfiguredCarveOut> configured = ConcurrentHashMap.newKeySet();
    private volatile Optional<BackendHost> host = Optional.empty();
    private volatile Survey survey = Survey.empty();
    private volatile boolean active;

    /** Takes what it is wired to; looks at the device tree in {@link #activate}. */
    @Activate
    public CarveOutBackend(@Reference DeviceTree tree,
            @Reference(target = "(" + PhysicalMemory.INITIATOR + "=cpu)") PhysicalMemory memory,
            @Reference StaticRanges ranges) {
        this.tree = tree;
        this.memory = memory;
        this.ranges = ranges;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindCarveOut(ConfiguredCarveOut carveOut) {
        configured.add(carveOut);
        refresh();
    }

    void unbindCarveOut(ConfiguredCarveOut carveOut) {
        configured.remove(carveOut);
        refresh();
    }

    /** Takes stock for the first time, when all configurations that are there already are known. */
    @Activate
    void activate() {
        active = true;
        refresh();
    }

    private void refresh() {
        if (!active) {
            return;
        }
        synchronized (this) {
            Survey before = survey;
            survey = Survey.of(tree, configured.stream().map(ConfiguredCarveOut::declaration).toList());
            survey.complaints().stream().filter(complaint -> !before.complaints().contains(complaint))
                    .forEach(complaint -> LOG.warn("a carve-out is not served: {}", complaint));
            if (survey.equals(before)) {
                return;
            }
        }
        host.ifPresent(BackendHost::offersChanged);
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
        return survey.offers();
    }

    /**
     * {@inheritDoc}
     *
     * @throws HeapException {@code UNAVAILABLE} when the carve-out was taken out meanwhile, {@code BUSY} when its range
     *     is still in use for something else
     */
    @Override
    public Pool open(PoolOffer offer) {
        CarveOut carveOut = Optional.ofNullable(survey.carveOuts().get(offer.heap()))
                .filter(found -> found.useCase().equals(offer.useCase()))
                .orElseThrow(() -> new HeapException(HeapError.UNAVAILABLE, "open heap " + offer.heap(),
                        "backend " + ID, "no carve-out serves it for " + offer.useCase() + " any longer",
                        "look at its offers again"));
        return ranges.open(carveOut.node(), carveOut.useCase(), carveOut.range().base(), carveOut.range().size(),
                carveOut.attributes(), new CpuMemory(carveOut.node(), memory));
    }
}
