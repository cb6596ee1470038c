// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.List;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.platform.Interrupts.Listening;
import org.cloister.platform.mali.GpuRegister;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears what the GPU's three interrupt lines say, and tells who is concerned. For the driver's thread. */
final class Ears {
    private static final Logger LOG = LoggerFactory.getLogger(Ears.class);

    private final GpuCore core;
    private final GpuWiring wiring;
    private final RegisterBlock registers;
    private List<Listening> lines = List.of();

    Ears(GpuCore core, GpuWiring wiring, RegisterBlock registers) {
        this.core = core;
        this.wiring = wiring;
        this.registers = registers;
    }

    void open() {
        lines = List.of(
                listen(wiring.gpu().jobLine(), this::jobInterrupt),
                listen(wiring.gpu().mmuLine(), this::mmuInterrupt),
                listen(wiring.gpu().gpuLine(), this::gpuInterrupt));
    }

    void close() {
        lines.forEach(Listening::close);
    }

    /** What was raised before the GPU was given up may be heard after that. */
    private Listening listen(int line, Runnable heard) {
        return wiring.interrupts().listen(line, core.thread()::run, () -> {
            if (!core.mode().isOff()) {
                heard.run();
            }
        });
    }

    private void jobInterrupt() {
        int status = registers.read(GpuRegister.JOB_INTERRUPT + GpuRegister.STATUS);
        registers.write(GpuRegister.JOB_INTERRUPT + GpuRegister.CLEAR, status);
        if (core.mode().now() == GpuMode.BOOTING && (status & GpuRegister.GLOBAL_INTERFACE) != 0) {
            core.booted();
        } else if (core.mode().isRunning()) {
            core.mode().hearExit();
            core.handshakes().look();
            core.schedule().hear();
            core.pump();
        }
    }

    private void mmuInterrupt() {
        int status = registers.read(GpuRegister.MMU_INTERRUPT + GpuRegister.STATUS);
        registers.write(GpuRegister.MMU_INTERRUPT + GpuRegister.CLEAR, status);
        for (int space = 0; space < Integer.SIZE; space++) {
            if ((status >>> space & 1) != 0) {
                LOG.warn("{}: fault 0x%x in address space {} at 0x{}".formatted(
                        registers.read(GpuRegister.of(space, GpuRegister.AS_FAULT_STATUS))), core.name(), space,
                        Integer.toHexString(registers.read(GpuRegister.of(space, GpuRegister.AS_FAULT_ADDRESS))));
            }
        }
    }

    private void gpuInterrupt() {
        int status = registers.read(GpuRegister.GPU_INTERRUPT + GpuRegister.STATUS);
        registers.write(GpuRegister.GPU_INTERRUPT + GpuRegister.CLEAR, status);
        if ((status & GpuRegister.RESET_COMPLETED) != 0 && core.mode().now() == GpuMode.RESETTING) {
            core.resetDone();
        } else if ((status & (GpuRegister.PROTM_FAULT | GpuRegister.FAULT)) != 0 && core.mode().isRunning()) {
            core.mode().fault((status & GpuRegister.PROTM_FAULT) != 0);
        }
    }
}
