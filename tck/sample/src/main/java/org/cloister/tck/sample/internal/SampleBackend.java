// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample.internal;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.backend.BackendHost;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.ProvidesBackend;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.heap.Zeroing;
import org.cloister.pool.LendingPolicy;
import org.cloister.pool.LendingPool;
import org.cloister.pool.PoolTimer;
import org.cloister.pool.StaticRanges;
import org.cloister.tck.machine.SmallMachine;
import org.cloister.tck.sample.Flaw;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/**
 * A right backend, of every kind of memory that there is: lent, protected since boot, and normal. Configured with a
 * flaw it is wrong in that one thing.
 */
@ProvidesBackend(value = SampleBackend.ID, tee = true)
@Component(service = HeapBackend.class, property = "flaw=", configurationPid = SampleConfiguration.PID)
@Designate(ocd = SampleConfiguration.class)
public final class SampleBackend implements HeapBackend {
    static final String ID = "sample";

    private static final long PAGE = 4096;
    private static final long INTERFACE = SmallMachine.BASE;
    private static final long SCRATCH = SmallMachine.BASE + (1L << 20);
    private static final UseCase NORMAL = new UseCase(300, "sample-scratch");
    private static final List<PoolOffer> OFFERS = List.of(
            PoolOffer.serve(UseCase.SECURE_VIDEO).aliases("sample,video"),
            PoolOffer.serve(UseCase.TRUSTED_UI),
            PoolOffer.serve("sample,scratch", NORMAL),
            PoolOffer.refuse(UseCase.SECURE_VIDEO_RECORD.heapName(), UseCase.SECURE_VIDEO_RECORD,
                    "the small machine has no camera", "use a machine that has one"));

    private final SmallMachine machine;
    private final StaticRanges ranges;
    private final Flaw flaw;
    private volatile Optional<BackendHost> host = Optional.empty();

    /** Called by Declarative Services. */
    @Activate
    public SampleBackend(@Reference SmallMachine machine, @Reference StaticRanges ranges,
            SampleConfiguration configuration) {
        this.machine = machine;
        this.ranges = ranges;
        this.flaw = Flaw.named(configuration.flaw());
    }

    @Override
    public String id() {
        return flaw.id(ID);
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
        return flaw.offers(OFFERS);
    }

    @Override
    public Pool open(PoolOffer offer) {
        return flaw.pool(right(offer), new Flaw.Setting(offer, machine, host.orElseThrow()));
    }

    private Pool right(PoolOffer offer) {
        if (offer.useCase().equals(UseCase.SECURE_VIDEO)) {
            HeapAttributes attributes = attributes().enforcement(Enforcement.FIREWALL).cpuAccess(Access.NONE)
                    .grants(Map.of("video-decoder", Access.READ_WRITE, "display", Access.READ)).build();
            return new LendingPool(offer.heap(), attributes, new MachineLender(machine, attributes),
                    LendingPolicy.of(1 << 20, 1 << 16).keeping(1, Duration.ofSeconds(5)), new NoTimer(),
                    flaw.host(host.orElseThrow()));
        }
        if (offer.useCase().equals(UseCase.TRUSTED_UI)) {
            HeapAttributes attributes = attributes().enforcement(Enforcement.FIREWALL).cpuAccess(Access.WRITE)
                    .zeroing(Zeroing.SECURE_WORLD)
                    .grants(Map.of("cpu", Access.WRITE, "display", Access.READ_WRITE)).build();
            var memory = new MachineMemory(machine, INTERFACE, 1 << 20, Optional.of(attributes));
            return new ClearedPool(ranges.open(offer.heap(), offer.useCase(), INTERFACE, 1 << 20, attributes, memory),
                    machine);
        }
        if (offer.useCase().equals(NORMAL)) {
            return ranges.open(offer.heap(), offer.useCase(), SCRATCH, 1 << 20, attributes().build(),
                    new MachineMemory(machine, SCRATCH, 1 << 20, Optional.empty()));
        }
        throw new HeapException(HeapError.INVALID_ARGUMENT, "open a pool", offer.heap(), "it was not offered",
                "open what is offered");
    }

    private static HeapAttributes.Builder attributes() {
        return HeapAttributes.builder().contiguous(true).granularity(PAGE).addressBits(32);
    }

    /** Idle chunks of the sample go when they are asked to, and never by themselves. */
    private static final class NoTimer implements PoolTimer {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void schedule(long delayNanos, Runnable action) {}
    }
}
