// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal.display;

import java.util.List;
import org.cloister.emulator.devices.Panel;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.platform.device.DisplayController;
import org.cloister.platform.device.DisplayPipe;
import org.cloister.platform.device.DmaLimits;

/** A display controller with one pipe and one panel. Safe for use by any thread. */
public final class DisplayModel implements DisplayController, AutoCloseable {
    private final String name;
    private final Dma dma;
    private final PanelModel panel;
    private final Pipe pipe;

    /**
     * Puts a display on a board.
     *
     * @param name the path of its node
     * @param dma its way to memory
     * @param isProtected whether nobody but the panel sees what the pipe carries
     * @param width pixels of a line of the panel
     * @param height lines of the panel
     */
    public DisplayModel(String name, Dma dma, boolean isProtected, int width, int height) {
        this.name = name;
        this.dma = dma;
        this.panel = new PanelModel(name, width, height);
        this.pipe = new Pipe(dma, isProtected, panel);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<DisplayPipe> pipes() {
        return List.of(pipe);
    }

    @Override
    public DmaLimits limits() {
        return dma.limits();
    }

    /** The panel, for the test bench. */
    public Panel panel() {
        return panel;
    }

    /** Takes the display off the board: gives up scenes that wait, ends the thread. Idempotent. */
    @Override
    public void close() {
        pipe.close();
    }
}
