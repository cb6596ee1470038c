// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloister.driver.panthor.GpuGroup;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.GroupSettings;
import org.cloister.driver.panthor.PanthorDriver;
import org.cloister.driver.panthor.Readiness;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Interrupts;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.MaliGpu;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;

/** Drives a GPU. It needs the device, its firmware's file, and core; the heap of protected mode comes and goes. */
@Component(service = PanthorDriver.class, configurationPid = PanthorConfiguration.PID)
@Designate(ocd = PanthorConfiguration.class)
public final class PanthorDriverComponent implements PanthorDriver {
    private static final Pattern HEAP_NAME = Pattern.compile("heap\\.name=([^)]+)");

    private final MaliGpu gpu;
    private final Heaps heaps;
    private final String heapTarget;
    private final GpuCore core;
    private final Runnable close;

    /** Starts to drive a device. */
    @Activate
    public PanthorDriverComponent(@Reference MaliGpu gpu, @Reference(target = "(initiator=cpu)") PhysicalMemory cpu,
            @Reference Interrupts interrupts, @Reference(name = "area") ContiguousArea area,
            @Reference(target = "(" + FirmwareFiles.DIRECTORY + "=" + GpuRegister.FIRMWARE_DIRECTORY + ")")
            FirmwareFiles files, @Reference Heaps heaps, @Reference Importers importers,
            PanthorConfiguration configuration) {
        this(new GpuWiring(gpu, cpu, interrupts, area, files), heaps, importers, configuration.heap_target(),
                Limits.standard(Duration.ofMillis(configuration.job_limit_ms()),
                        Duration.ofMillis(configuration.map_limit_ms())),
                new SystemTimer("cloister time of " + gpu.initiator()));
    }

    private PanthorDriverComponent(GpuWiring wiring, Heaps heaps, Importers importers, String heapTarget, Limits limits,
            SystemTimer timer) {
        this.gpu = wiring.gpu();
        this.heaps = heaps;
        this.heapTarget = heapTarget;
        this.core = new GpuCore(wiring, importers, limits, timer);
        this.close = timer::close;
        core.start();
    }

    /** Starts to drive a device where there is no framework, by a clock of its own. */
    public PanthorDriverComponent(GpuWiring wiring, Heaps heaps, Importers importers, Limits limits, Timer timer) {
        this.gpu = wiring.gpu();
        this.heaps = heaps;
        this.heapTarget = PanthorConfiguration.HEAP;
        this.core = new GpuCore(wiring, importers, limits, timer);
        this.close = () -> { };
        core.start();
    }

    /** The heap of protected mode is there. */
    @Reference(name = "heap", target = PanthorConfiguration.HEAP, cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC)
    public void bindHeap(Heap heap) {
        core.heapCame(heap);
    }

    /** It goes; returns when all its memory is given back. */
    public void unbindHeap(Heap heap) {
        core.heapWent(heap);
    }

    @Override
    public String name() {
        return gpu.name();
    }

    @Override
    public Readiness readiness() {
        GpuMode mode = core.mode().now();
        boolean ready = core.protectedMode().isReady() && mode != GpuMode.OFF && mode != GpuMode.DEAD;
        return new Readiness(mode, ready, ready ? "ready" : core.dead().map(HeapException::getMessage)
                .or(() -> core.protectedMode().obstacle().map(HeapException::getMessage))
                .orElseGet(() -> "no protected mode, waiting for " + heap()));
    }

    private String heap() {
        Matcher name = HEAP_NAME.matcher(heapTarget);
        return Optional.of(name).filter(Matcher::find)
                .map(found -> heaps.explain(found.group(1)).toString()).orElse("a heap that fits " + heapTarget);
    }

    @Override
    public Importer sourceImporter(boolean isProtected) {
        return core.uses().sources(isProtected);
    }

    @Override
    public Importer targetImporter(boolean isProtected) {
        return core.uses().targets(isProtected);
    }

    @Override
    public GpuGroup createGroup(GroupSettings settings) {
        CompletableFuture<? extends GpuGroup> made = core.createGroup(settings);
        if (!core.await(made, core.patience())) {
            throw Thread.currentThread().isInterrupted()
                    ? new HeapException(HeapError.INTERRUPTED, "create a group", gpu.name(), "the thread was interrupted",
                            "try again")
                    : new HeapException(HeapError.FIRMWARE_DEAD, "create a group", gpu.name(), "the GPU does not answer",
                            "see the log");
        }
        try {
            return made.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof HeapException refusal) {
                throw refusal;
            }
            throw new HeapException(HeapError.BACKEND_FAILED, "create a group", gpu.name(), "the driver stumbled",
                    "see the log", e.getCause());
        }
    }

    /** Stops the GPU; its groups are lost, its memory is given back. */
    @Deactivate
    public void close() {
        core.stop();
        close.run();
    }
}
