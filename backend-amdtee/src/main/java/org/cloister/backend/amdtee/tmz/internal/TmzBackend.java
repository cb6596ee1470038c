// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.tmz.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.ProvidesBackend;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Zeroing;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.MemoryEncryption;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.pool.StaticRanges;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves heaps of encrypted memory. There is nothing to open or close at run time: the unit encrypts what the device
 * tree says since boot, for engines that it names. Safe for use by any thread.
 */
@ProvidesBackend(TmzBackend.ID)
@Component
public final class TmzBackend implements HeapBackend {
    static final String ID = "tmz";

    private static final Logger LOG = LoggerFactory.getLogger(TmzBackend.class);
    private static final long PAGE = 4096;

    private final MemoryEncryption unit;
    private final PhysicalMemory memory;
    private final ContiguousArea staging;
    private final StaticRanges ranges;
    private final List<EncryptedArea> areas;

    /** Takes what it is wired to, and reads the device tree. */
    @Activate
    public TmzBackend(@Reference MemoryEncryption unit, @Reference DeviceTree tree,
            @Reference(target = "(" + PhysicalMemory.INITIATOR + "=" + Initiator.CPU + ")") PhysicalMemory memory,
            @Reference(target = "(" + ContiguousArea.DEFAULT + "=true)") ContiguousArea staging,
            @Reference StaticRanges ranges) {
        this.unit = unit;
        this.memory = memory;
        this.staging = staging;
        this.ranges = ranges;
        this.areas = EncryptedArea.read(tree, unit);
        LOG.info("memory encrypted with {} for {}: {}", unit.cipher(), unit.engines(),
                areas.stream().map(area -> area.offer().heap()).toList());
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<PoolOffer> offers() {
        return areas.stream().map(EncryptedArea::offer).toList();
    }

    /**
     * {@inheritDoc}
     *
     * @throws HeapException {@code INVALID_ARGUMENT} for what was not offered, {@code BUSY} when the range is still in
     *     use for something else, {@code NO_MEMORY} when there is none to copy from
     */
    @Override
    public Pool open(PoolOffer offer) {
        EncryptedArea area = areas.stream()
                .filter(known -> known.offer().equals(offer) && offer.refusal().isEmpty()).findFirst()
                .orElseThrow(() -> new HeapException(HeapError.INVALID_ARGUMENT, "open heap " + offer.heap(),
                        "backend " + ID, "it does not offer that", "open one of its offers that is no refusal"));
        var upload = new Upload(unit, memory, staging);
        boolean done = false;
        try {
            Pool pool = new ClearedPool(ranges.open(area.node(), offer.useCase(), area.range().base(),
                    area.range().size(), attributes(area), upload), unit);
            done = true;
            return pool;
        } finally {
            if (!done) {
                upload.released();
            }
        }
    }

    /** Who is granted something sees clear text; nobody is blocked. */
    private HeapAttributes attributes(EncryptedArea area) {
        Map<String, Access> grants = new HashMap<>();
        unit.engines().forEach(engine -> grants.put(engine, Access.READ_WRITE));
        grants.put(Initiator.CPU, Access.WRITE);
        return HeapAttributes.builder().enforcement(Enforcement.ENCRYPTION).cpuAccess(Access.WRITE).contiguous(true)
                .granularity(PAGE).zeroing(Zeroing.SECURE_WORLD)
                .addressBits(area.range().addressBits()).grants(grants).build();
    }
}
