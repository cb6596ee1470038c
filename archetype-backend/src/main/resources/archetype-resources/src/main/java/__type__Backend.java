## SPDX-License-Identifier: Apache-2.0
package ${package};

import java.util.List;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.ProvidesBackend;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.pool.StaticRanges;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/** Says what is served, and opens it. */
@ProvidesBackend(${type}Backend.ID)
@Component(configurationPid = ${type}Configuration.PID)
@Designate(ocd = ${type}Configuration.class)
public final class ${type}Backend implements HeapBackend {
    static final String ID = "${backend}";
    static final String HEAP = "${backend},scratch";

    /** A use case of one's own has an id of 256 or more; those below are Linux's, and constants of {@link UseCase}. */
    private static final UseCase SCRATCH = new UseCase(4711, "${backend}-scratch");
    private static final List<PoolOffer> OFFERS = List.of(PoolOffer.serve(HEAP, SCRATCH));
    private static final long PAGE = 4096;
    private static final HeapAttributes ATTRIBUTES = HeapAttributes.builder().granularity(PAGE).addressBits(32).build();

    private final StaticRanges ranges;
    private final long size;

    /** Called by Declarative Services. */
    @Activate
    public ${type}Backend(@Reference StaticRanges ranges, ${type}Configuration configuration) {
        this.ranges = ranges;
        this.size = configuration.size();
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<PoolOffer> offers() {
        return OFFERS;
    }

    @Override
    public Pool open(PoolOffer offer) {
        if (size <= 0 || size % PAGE != 0) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "open a pool", offer.heap(),
                    "its size is configured to be " + size, "configure a multiple of " + PAGE + " bytes");
        }
        ${type}Memory memory = new ${type}Memory(size);
        try {
            return ranges.open(offer.heap(), offer.useCase(), ${type}Memory.BASE, size, ATTRIBUTES, memory);
        } catch (HeapException e) {
            memory.released();
            throw e;
        }
    }
}
