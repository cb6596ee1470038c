// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.cloister.core.internal.TestCore;
import org.cloister.driver.bench.TestBackend;
import org.cloister.driver.panthor.Composition;
import org.cloister.driver.panthor.GpuGroup;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.emulator.devices.GpuBench;
import org.cloister.emulator.devices.Panel.Clip;
import org.cloister.emulator.devices.gpu.internal.EmulatedFirmware;
import org.cloister.emulator.devices.gpu.internal.GpuModel;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.MaliGpu;

/**
 * A board that is on, with core, a GPU and its driver, and time that stands still. Its heaps: {@link #VIDEO} (the CPU
 * writes, the GPU in protected mode does all, a display reads), {@link #BROKEN} (says the same, and the firewall does
 * not), and {@link #NORMAL}.
 */
final class GpuBoard implements AutoCloseable {
    static final String VIDEO = "protected,secure-video";
    static final String BROKEN = "acme,broken-video";
    static final String NORMAL = "system";
    /** A device that has no business with video. */
    static final String DMA = "eth-dma";
    static final String DISPLAY = "display";

    private static final long RAM = 0x8000_0000L;
    static final long VIDEO_BASE = 0x9000_0000L;
    private static final long BROKEN_BASE = 0x9800_0000L;
    static final long SIZE = 16 << 20;
    private static final long GPU = 0x500_0000L;
    private static final Map<String, Access> GRANTS =
            Map.of("cpu", Access.WRITE, "gpu-protected", Access.READ_WRITE, DISPLAY, Access.READ);
    static final Duration DEADLINE = Duration.ofSeconds(60);
    /** How long the driver waits for a composition. */
    static final Duration JOB = Duration.ofSeconds(5);

    private final PoweredSoc power;
    private final TestCore core = new TestCore();
    private final GpuModel gpu;
    private final Registration onTheBus;
    private final MaliGpu wiring;
    private final StepTimer time = new StepTimer();
    private final FirmwareFiles files;
    private final HeldInterrupts interrupts;
    private PanthorDriverComponent driver;
    private Runnable videoBackend = () -> { };
    private Heap bound;
    private long looked; // how often the GPU had entered protected mode when the driver last looked

    GpuBoard() {
        this(new EmulatedFirmware());
    }

    GpuBoard(FirmwareFiles files) {
        this.files = files;
        power = new SocBuilder(new BoardBuilder("gpu", "the board of the GPU driver's tests")
                .ram(RAM, 1L << 30)
                .maliGpu(GPU, 60, 5, 10)
                .device(DMA, 0x600_0000L, 0x1000, 70, 6)
                .device(DISPLAY, 0x700_0000L, 0x1000, 71, 7)
                .contiguousArea("video", 0xa000_0000L, 64 << 20)
                .carveOut("video", VIDEO_BASE, SIZE, UseCase.SECURE_VIDEO, "cpu:w", "gpu-protected:rw",
                        "display:r")
                .carveOut("broken", BROKEN_BASE, SIZE, UseCase.SECURE_VIDEO, "cpu:w")
                .build()).boot();
        interrupts = new HeldInterrupts(soc().interrupts());
        wiring = new MaliGpu("/soc/gpu@5000000", GPU, 60, 61, 62, "gpu", "gpu-protected");
        gpu = new GpuModel(wiring, memory("gpu"), memory("gpu-protected"), soc().interrupts()::raise);
        onTheBus = soc().attach("gpu", GPU, GpuRegister.SIZE,
                Rights.of(Map.of(soc().initiator(Initiator.CPU), Access.READ_WRITE)), gpu);
        core.add(TestBackend.normal(NORMAL, RAM, SIZE, memory("cpu")));
        core.add(TestBackend.restricted(BROKEN, UseCase.SECURE_VIDEO, BROKEN_BASE, SIZE, memory("cpu"), GRANTS));
        start();
    }

    /** The driver starts; without the heap of protected mode. */
    void start() {
        driver = new PanthorDriverComponent(new GpuWiring(wiring, memory("cpu"), interrupts,
                soc().contiguousAreas().getFirst(), files), core.heaps("gpu"), core.importers("gpu"),
                Limits.standard(JOB, Duration.ofSeconds(1)), time);
    }

    /** Waits until the driver says it is in normal mode. */
    GpuBoard booted() {
        until(() -> driver.readiness().mode() == GpuMode.NORMAL);
        return this;
    }

    /** The heap of protected mode is there. */
    GpuBoard serveVideo() {
        videoBackend = core.add(TestBackend.restricted(
                VIDEO, UseCase.SECURE_VIDEO, VIDEO_BASE, SIZE, memory("cpu"), GRANTS));
        bind(VIDEO);
        until(() -> driver.readiness().protectedMode());
        return this;
    }

    /** As Declarative Services do. */
    void bind(String heap) {
        bound = heap("gpu", heap);
        driver.bindHeap(bound);
    }

    /** As Declarative Services do. */
    void unbind() {
        driver.unbindHeap(bound);
    }

    /** The backend leaves, and its buffers are revoked. */
    void withdrawVideo() {
        videoBackend.run();
    }

    /** Waits until no memory of the backend that was withdrawn is in use. */
    void awaitWithdrawn() {
        core.awaitRetired(VIDEO, "test " + VIDEO);
    }

    PanthorDriverComponent driver() {
        return driver;
    }

    GpuModel gpu() {
        return gpu;
    }

    HeldInterrupts interrupts() {
        return interrupts;
    }

    StepTimer time() {
        return time;
    }

    Soc soc() {
        return power.soc();
    }

    TestCore core() {
        return core;
    }

    PhysicalMemory memory(String initiator) {
        return power.soc().memory(initiator);
    }

    Heap heap(String bundle, String name) {
        return core.heaps(bundle).find(name).orElseThrow();
    }

    DmaBuf buffer(String heap, byte... content) {
        DmaBuf buffer = heap("client", heap).allocate(content.length);
        buffer.write(0, MemorySegment.ofArray(content));
        return buffer;
    }

    DmaBuf buffer(String heap, int size) {
        byte[] blank = new byte[size];
        Arrays.fill(blank, (byte) 0x5a);
        return buffer(heap, blank);
    }

    /** Where a buffer is that the GPU may write in protected mode, or in normal mode. */
    long place(DmaBuf buffer, boolean isProtected) {
        try (Attachment attachment = core.importers("client").attach(
                        buffer, driver.targetImporter(isProtected), Access.WRITE);
                Mapping mapping = attachment.map(Access.WRITE, Duration.ZERO)) {
            SegmentCursor cursor = mapping.cursor();
            cursor.next();
            return cursor.address();
        }
    }

    /** What is in a buffer, as only the bench can see it. */
    byte[] look(DmaBuf buffer, boolean isProtected, int length) {
        byte[] content = new byte[length];
        memory(isProtected ? "gpu-protected" : "cpu").read(place(buffer, isProtected), MemorySegment.ofArray(content));
        return content;
    }

    /** Waits for something, with a deadline. */
    static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it did not come true");
            }
            Thread.onSpinWait();
        }
    }

    /**
     * Something brings the microcontroller to a point, and its clock stops there.
     *
     * @return starts the clock again
     */
    Clip stallAt(GpuBench.Point point, Runnable cause) {
        CountDownLatch reached = new CountDownLatch(1);
        Clip stall = gpu.stallAt(point, reached::countDown);
        cause.run();
        try {
            if (!reached.await(DEADLINE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError("the microcontroller did not come to " + point);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return stall;
    }

    /** Work comes to where the driver has asked for protected mode, and nobody acknowledges. */
    Fence stallBeforeProtectedMode(GpuGroup group, Composition work) {
        List<Fence> done = new ArrayList<>();
        int alarms = time.pending();
        stallAt(GpuBench.Point.ASKED_FOR_PROTECTED_MODE, () -> done.add(group.compose(work)));
        untilAskedForProtectedMode(alarms);
        return done.getFirst();
    }

    /** Waits until the driver has asked for protected mode, and set the time for the answer. */
    void untilAskedForProtectedMode(int alarmsBefore) {
        until(() -> time.pending() == alarmsBefore + 2); // the composition's, and the request's
    }

    /** Waits until the driver knows that the GPU is in protected mode, for which it may look more than once. */
    void untilProtected() {
        until(() -> {
            lookAgain();
            return driver.readiness().mode() == GpuMode.PROTECTED;
        });
    }

    /** Waits for work for which the driver may have to look at the GPU more than once. */
    void untilSignalled(Fence fence) {
        until(() -> {
            lookAgain();
            return fence.isSignalled();
        });
    }

    /**
     * Lets the driver look whether the GPU has entered protected mode, once it has: it looks so often and no more, which
     * is over soon where time costs nothing and the GPU's thread has to wait for a processor.
     */
    private void lookAgain() {
        long entered = gpu.protectedEntries();
        if (entered > looked && time.advanceToNextWithin(Duration.ofMillis(1))) {
            looked = entered;
        }
    }

    /** Waits for work of a GPU that does not come into protected mode, until the driver is tired of looking. */
    void untilGivenUp(Fence fence) {
        until(() -> {
            time.advanceToNextWithin(Duration.ofMillis(1));
            return fence.isSignalled();
        });
    }

    Optional<Long> freeNormalMemory() {
        return soc().contiguousAreas().stream().findFirst().map(area -> area.free());
    }

    @Override
    public void close() {
        driver.close();
        onTheBus.close();
        gpu.close();
        core.close();
        power.close();
    }
}
