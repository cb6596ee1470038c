// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.optee.abi.internal.CallTime;
import org.cloister.backend.optee.abi.internal.Pages;
import org.cloister.backend.optee.abi.internal.Probe;
import org.cloister.backend.optee.tee.internal.OpteeTee;
import org.cloister.emulator.mtk.internal.MemoryApplication;
import org.cloister.emulator.mtk.internal.Mt8195Board;
import org.cloister.emulator.optee.internal.OpteeBinding;
import org.cloister.emulator.optee.internal.SocMachine;
import org.cloister.emulator.optee.internal.TrustedFirmware;
import org.cloister.emulator.optee.ta.internal.BuiltIn;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.pool.Tenancies;
import org.cloister.pool.Tenant;
import org.cloister.platform.layout.MtkCommand;
import org.cloister.tee.Tee;

/** The board mt8195 that is on, with the memory application, behind a trusted OS that can be disturbed or taken away. */
final class Fixture implements AutoCloseable {
    static final long MIB = 1 << 20;

    final PoweredSoc power;
    final TestHost host = new TestHost();
    final MtkBackend backend;
    private final MtkBackend.Settings settings;
    final DisturbedTee tee;
    List<Tee> current;
    private final TrustedFirmware firmware;
    private MemoryApplication application;
    private final Tenancies tenancies = new Tenancies();
    final SteppedTime time = new SteppedTime();
    volatile boolean closed;
    volatile boolean ended;

    Fixture() {
        this(Optional.empty(), Numbering.CURRENT, SecureVideo.CM);
    }

    Fixture(Optional<UUID> configured, Numbering numbering, SecureVideo secureVideo) {
        this(configured, numbering, secureVideo, Duration.ZERO);
    }

    /** @param idle how long blocks without buffers are kept, by the stepped {@link #time} */
    Fixture(Optional<UUID> configured, Numbering numbering, SecureVideo secureVideo, Duration idle) {
        List<TrustedFirmware> booted = new ArrayList<>();
        application = application(numbering);
        power = new SocBuilder(new Mt8195Board()).firmware("optee", world -> {
            OpteeBinding binding = OpteeBinding.read(world.soc(), "optee");
            var machine = new SocMachine(world, binding.rights(), Duration.ofSeconds(5));
            booted.add(new TrustedFirmware(machine, binding.config(), BuiltIn.store(machine)));
            return booted.getFirst()::close;
        }).boot();
        firmware = booted.getFirst();
        firmware.add(application);
        tee = new DisturbedTee(optee());
        current = List.of(tee);
        settings = new MtkBackend.Settings(configured, numbering, secureVideo, idle, Optional.empty());
        backend = start(() -> ended = true);
    }

    /** Another driver of the same machine, started. */
    MtkBackend successor() {
        return start(() -> { });
    }

    private MtkBackend start(Runnable onEnd) {
        var started = new MtkBackend(Binding.read(soc().deviceTree()), settings, source(), tenant(),
                soc()::contiguousAreas, time, onEnd);
        started.connected(host);
        return started;
    }

    private static MemoryApplication application(Numbering numbering) {
        return new MemoryApplication(MtkCommand.APPLICATION,
                org.cloister.emulator.mtk.internal.Numbering.valueOf(numbering.name()));
    }

    /** Somebody who wants the application of the machine. */
    Tenant tenant() {
        return new Tenant(tenancies, power, MtkBackend.APPLICATION);
    }

    TeeSource source() {
        return new TeeSource() {
            @Override
            public List<Tee> current() {
                return current;
            }

            @Override
            public void close() {
                closed = true;
            }
        };
    }

    private Tee optee() {
        ContiguousArea area = soc().contiguousAreas().stream().filter(ContiguousArea::isDefault).findFirst()
                .orElseThrow();
        var probe = new Probe(firmware, new Pages(soc().memory(Initiator.CPU), area), new Probe.Machine(1, true,
                OptionalInt.empty(), Duration.ofSeconds(5), CallTime.machine(), Optional.empty(), Runnable::run,
                () -> { }));
        var driver = ((Probe.Result.Found) probe.probe()).driver();
        return new OpteeTee(new OpteeTee.Wiring("optee", driver, Optional::empty, (address, size) -> false,
                Duration.ofSeconds(1)));
    }

    Soc soc() {
        return power.soc();
    }

    ContiguousArea area() {
        return soc().contiguousAreas().stream().filter(one -> !one.isDefault()).findFirst().orElseThrow();
    }

    /** Bytes of the area that are taken. */
    long taken() {
        return area().size() - area().free();
    }

    /** Ranges of the firewall that the secure world holds for what was handed over. */
    long regions() {
        return soc().firewall().regions().stream().filter(r -> r.region().name().startsWith("optee-")).count();
    }

    PoolOffer offer(String heap) {
        return offer(backend, heap);
    }

    private static PoolOffer offer(MtkBackend backend, String heap) {
        return backend.offers().stream().filter(o -> o.heap().equals(heap)).findFirst().orElseThrow();
    }

    Pool open(MemoryType type) {
        return open(backend, type);
    }

    static Pool open(MtkBackend backend, MemoryType type) {
        return backend.open(offer(backend, type.heap()));
    }

    /** The trusted OS forgets what the application had: another instance of it is there. */
    void restartApplication(Numbering numbering) {
        firmware.remove(application);
        application = application(numbering);
        firmware.add(application);
    }

    /** There is no such application any more. */
    void removeApplication() {
        firmware.remove(application);
    }

    static HeapException refused(HeapError error, ThrowingCallable call) {
        HeapException e = catchThrowableOfType(HeapException.class, call);
        assertThat(e).as("a refusal").isNotNull();
        assertThat(e.error()).as(e.getMessage()).isEqualTo(error);
        return e;
    }

    @Override
    public void close() {
        power.close();
    }
}
