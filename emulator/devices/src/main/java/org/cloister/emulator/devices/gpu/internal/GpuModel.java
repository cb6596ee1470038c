// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.cloister.emulator.devices.GpuBench;
import org.cloister.emulator.devices.Panel.Clip;
import org.cloister.emulator.devices.RenderedJob;
import org.cloister.emulator.devices.gpu.internal.ChipMachine.Event;
import org.cloister.emulator.soc.Registers;
import org.cloister.platform.BusFault;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.MaliGpu;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Mali GPU: its registers, behind which one thread does all the work; its states are those of {@code ChipMachine}. Safe
 * for use by any thread.
 */
public final class GpuModel implements Registers, GpuBench, AutoCloseable {
    /** Mali-G610, architecture 10.8. */
    public static final int ID = 0xa867_0000;

    private static final Logger LOG = LoggerFactory.getLogger(GpuModel.class);
    private static final int ADDRESS_BITS = 48 | 40 << 8;
    private static final int BLOCK = 16;
    private static final int SPACE_BASE = GpuRegister.of(0, 0);
    private static final int SPACE_BYTES = GpuRegister.of(1, 0) - SPACE_BASE;

    private final MaliGpu wiring;
    private final InterruptBlock jobs;
    private final InterruptBlock faults;
    private final InterruptBlock gpu;
    private final AddressSpaces spaces;
    private final VirtualMemory memory;
    private final ShaderCores cores;
    private final Chip wires = new Wires();
    private final List<Analyser> analysers = new CopyOnWriteArrayList<>();
    private final MicrocontrollerClock clock = new MicrocontrollerClock(() -> later(this::answer));
    private final AtomicLong entries = new AtomicLong();
    private final AtomicLong resets = new AtomicLong();
    private final ExecutorService thread;
    private final ChipMachine chip = new ChipMachine();
    private boolean stepping; // for the thread, as those below
    private boolean unheard; // whether the bell was rung while the clock stood still
    private Microcontroller microcontroller;

    /** Distinct even if one consumer is clipped on twice. */
    private record Analyser(Consumer<RenderedJob> consumer, Object identity) {}

    /**
     * Puts a GPU on a board.
     *
     * @param wiring where it is
     * @param normal memory as its initiator of normal mode sees it
     * @param restricted memory as its initiator of protected mode sees it
     * @param lines raises an interrupt line
     */
    public GpuModel(MaliGpu wiring, PhysicalMemory normal, PhysicalMemory restricted, IntConsumer lines) {
        this(wiring, normal, restricted, lines,
                Thread.ofPlatform().daemon().name("cloister " + wiring.initiator()).factory());
    }

    /**
     * Puts a GPU on a board, whose thread somebody else makes.
     *
     * @param threads asked for one thread
     */
    public GpuModel(MaliGpu wiring, PhysicalMemory normal, PhysicalMemory restricted, IntConsumer lines,
            ThreadFactory threads) {
        this.wiring = wiring;
        jobs = new InterruptBlock(() -> lines.accept(wiring.jobLine()));
        faults = new InterruptBlock(() -> lines.accept(wiring.mmuLine()));
        gpu = new InterruptBlock(() -> lines.accept(wiring.gpuLine()));
        spaces = new AddressSpaces(faults);
        memory = new VirtualMemory(spaces, normal, restricted);
        cores = new ShaderCores(memory, this::show);
        microcontroller = new Microcontroller(wires);
        thread = Executors.newSingleThreadExecutor(threads);
    }

    private void show(RenderedJob job) {
        for (Analyser analyser : analysers) {
            try {
                analyser.consumer().accept(job);
            } catch (RuntimeException e) {
                LOG.warn("An analyser of {} failed", name(), e);
            }
        }
    }

    @Override
    public String name() {
        return wiring.name();
    }

    @Override
    public int read(long offset) {
        int at = (int) offset;
        if (at >= SPACE_BASE && at < SPACE_BASE + AddressSpaces.COUNT * SPACE_BYTES) {
            return spaces.read((at - SPACE_BASE) / SPACE_BYTES, (at - SPACE_BASE) % SPACE_BYTES);
        }
        return switch (at) {
            case GpuRegister.GPU_ID -> ID;
            case GpuRegister.MMU_FEATURES -> ADDRESS_BITS;
            case GpuRegister.AS_PRESENT -> (1 << AddressSpaces.COUNT) - 1;
            case GpuRegister.GPU_STATUS -> chip.now().isProtected() ? GpuRegister.PROTM_ACTIVE : 0;
            case GpuRegister.MCU_STATUS -> chip.now().status();
            default -> isIn(at, GpuRegister.GPU_INTERRUPT) ? gpu.read(at - GpuRegister.GPU_INTERRUPT)
                    : isIn(at, GpuRegister.JOB_INTERRUPT) ? jobs.read(at - GpuRegister.JOB_INTERRUPT)
                    : isIn(at, GpuRegister.MMU_INTERRUPT) ? faults.read(at - GpuRegister.MMU_INTERRUPT) : 0;
        };
    }

    @Override
    public void write(long offset, int value) {
        int at = (int) offset;
        if (at >= SPACE_BASE && at < SPACE_BASE + AddressSpaces.COUNT * SPACE_BYTES) {
            spaces.write((at - SPACE_BASE) / SPACE_BYTES, (at - SPACE_BASE) % SPACE_BYTES, value);
        } else if (isIn(at, GpuRegister.GPU_INTERRUPT)) {
            gpu.write(at - GpuRegister.GPU_INTERRUPT, value);
        } else if (isIn(at, GpuRegister.JOB_INTERRUPT)) {
            jobs.write(at - GpuRegister.JOB_INTERRUPT, value);
        } else if (isIn(at, GpuRegister.MMU_INTERRUPT)) {
            faults.write(at - GpuRegister.MMU_INTERRUPT, value);
        } else if (at == GpuRegister.GPU_COMMAND && value == GpuRegister.SOFT_RESET) {
            later(this::reset);
        } else if (at == GpuRegister.MCU_CONTROL) {
            later(value == GpuRegister.MCU_DISABLE ? () -> chip.on(Event.DISABLE) : this::boot);
        } else if (at >= GpuRegister.DOORBELL) {
            later(this::answer);
        }
    }

    private static boolean isIn(int at, int block) {
        return at >= block && at < block + BLOCK;
    }

    private void later(Runnable work) {
        try {
            thread.execute(() -> guarded(work));
        } catch (RejectedExecutionException e) {
            LOG.trace("{} is off the board", name(), e);
        }
    }

    /** A firmware whose own accesses fail is dead; the chip is not. */
    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (BusFault | GpuFault e) {
            LOG.debug("{}: the microcontroller died", name(), e);
            if (chip.on(Event.DIE)) {
                gpu.raise(GpuRegister.FAULT);
            }
        } catch (RuntimeException e) {
            LOG.error("{} broke down", name(), e);
        }
    }

    private void boot() {
        if (chip.on(Event.START)) {
            microcontroller = new Microcontroller(wires);
            if (!microcontroller.boot()) {
                chip.on(Event.DIE);
            }
        }
    }

    private void reset() {
        chip.on(Event.RESET);
        microcontroller = new Microcontroller(wires);
        memory.protectedMode(false);
        spaces.reset();
        jobs.reset();
        faults.reset();
        clock.reset();
        unheard = false;
        resets.incrementAndGet();
        gpu.raise(GpuRegister.RESET_COMPLETED);
    }

    private boolean isRunning() {
        return chip.now().isRunning() && clock.isRunning();
    }

    private void answer() {
        unheard = !isRunning();
        if (unheard) {
            return;
        }
        if (microcontroller.answer()) {
            chip.on(Event.HALT);
        } else if (!stepping) {
            stepping = true;
            later(this::step);
        }
    }

    /** One instruction at a time, so that requests are heard in between. */
    private void step() {
        stepping = false;
        if (unheard) {
            answer();
        } else if (isRunning() && microcontroller.step()) {
            stepping = true;
            later(this::step);
        }
    }

    private final class Wires implements Chip {
        @Override
        public VirtualMemory memory() {
            return memory;
        }

        @Override
        public AddressSpaces spaces() {
            return spaces;
        }

        @Override
        public InterruptBlock jobs() {
            return jobs;
        }

        @Override
        public ShaderCores cores() {
            return cores;
        }

        @Override
        public void enterProtectedMode() {
            chip.on(Event.ENTER);
            entries.incrementAndGet();
            spaces.hold(true);
            memory.protectedMode(true);
            clock.at(Point.ENTERED_PROTECTED_MODE);
        }

        @Override
        public void askedForProtectedMode() {
            clock.at(Point.ASKED_FOR_PROTECTED_MODE);
        }

        @Override
        public void acknowledgedProtectedMode() {
            clock.at(Point.ACKNOWLEDGED_PROTECTED_MODE);
        }

        @Override
        public boolean isClocked() {
            return clock.isRunning();
        }

        @Override
        public void leaveProtectedMode() {
            memory.protectedMode(false);
            spaces.hold(false);
            chip.on(Event.LEAVE);
        }

        @Override
        public void protectedModeFault() {
            chip.on(Event.FAIL);
            gpu.raise(GpuRegister.PROTM_FAULT);
        }
    }

    @Override
    public Clip analyse(Consumer<RenderedJob> analyser) {
        Analyser clipped = new Analyser(analyser, new Object());
        analysers.add(clipped);
        return () -> analysers.remove(clipped);
    }

    @Override
    public Clip stall() {
        return clock.stop();
    }

    @Override
    public Clip stallAt(Point point, Runnable reached) {
        return clock.stopAt(point, reached);
    }

    @Override
    public long protectedEntries() {
        return entries.get();
    }

    @Override
    public long resets() {
        return resets.get();
    }

    /** Takes the GPU off the board: finishes the instruction that it runs, and ends the thread. Idempotent. */
    @Override
    public void close() {
        thread.shutdownNow();
        thread.close();
    }
}
