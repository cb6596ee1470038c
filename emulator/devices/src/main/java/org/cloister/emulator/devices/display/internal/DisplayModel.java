// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.display.internal;

import java.util.List;
import org.cloister.emulator.devices.Panel;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.DisplayController;
import org.cloister.platform.device.DisplayPipe;
import org.cloister.platform.device.DmaLimits;

/** A display controller whose pipes each have a panel. Safe for use by any thread. */
public final class DisplayModel implements DisplayController, AutoCloseable {
    private final DmaLimits limits;
    private final List<Pipe> pipes;

    /**
     * How a pipe and its panel are built.
     *
     * @param name the path of its node
     * @param memory the memory as its initiator sees it
     * @param isProtected whether nobody but the panel sees what the pipe carries
     * @param width pixels of a line of the panel
     * @param height lines of the panel
     */
    public record PipePlan(String name, PhysicalMemory memory, boolean isProtected, int width, int height) {}

    /**
     * Puts a display on a board.
     *
     * @param limits what its address generators can do
     * @param plans of its pipes, at least one
     */
    public DisplayModel(DmaLimits limits, List<PipePlan> plans) {
        this.limits = limits;
        this.pipes = plans.stream().map(plan -> pipe(plan, limits)).toList();
    }

    private static Pipe pipe(PipePlan plan, DmaLimits limits) {
        String initiator = plan.memory().initiator().name();
        return new Pipe(new Dma(plan.memory(), limits), plan.isProtected(),
                new PanelModel(plan.name(), initiator, plan.width(), plan.height()));
    }

    @Override
    public String name() {
        return pipes.getFirst().panel().name();
    }

    @Override
    public List<DisplayPipe> pipes() {
        return List.copyOf(pipes);
    }

    @Override
    public DmaLimits limits() {
        return limits;
    }

    /** The panels of the pipes, in their order, for the test bench. */
    public List<Panel> panels() {
        return pipes.stream().map(Pipe::panel).toList();
    }

    /** Takes the display off the board: gives up scenes that wait, ends the threads. Idempotent. */
    @Override
    public void close() {
        pipes.forEach(Pipe::close);
    }
}
