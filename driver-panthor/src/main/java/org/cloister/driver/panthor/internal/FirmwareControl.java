// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.time.Duration;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.firmware.FirmwareImage;
import org.cloister.driver.panthor.firmware.MalformedFirmware;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.HostInterface;

/**
 * Loads the firmware, boots it, calls it, and asks now and then whether it lives. For the driver's thread.
 */
final class FirmwareControl {
    private static final Duration POLL = Duration.ofMillis(1);
    private static final int GPU_INTERRUPTS =
            GpuRegister.FAULT | GpuRegister.PROTM_FAULT | GpuRegister.RESET_COMPLETED;
    private static final int ALL = -1;

    private final GpuCore core;
    private final GpuWiring wiring;
    private final RegisterBlock registers;
    private final AddressSpace space;
    private final LoadedFirmware firmware;
    private FirmwareInterface face;
    private Timer.Alarm alarm = () -> { }; // of booting
    private Timer.Alarm watchdog = () -> { };

    /**
     * Loads the firmware, and does not boot it.
     *
     * @throws HeapException {@code NOT_SUPPORTED} when there is none, {@code PROTOCOL} when it is damaged, {@code NO_MEMORY}
     */
    FirmwareControl(GpuCore core, GpuWiring wiring, RegisterBlock registers, NormalMemory memory) {
        this.core = core;
        this.wiring = wiring;
        this.registers = registers;
        FirmwareImage image = read();
        this.space = new AddressSpace(registers, memory);
        this.firmware = new LoadedFirmware(core.name(), image, memory, space);
    }

    private FirmwareImage read() {
        String path = GpuRegister.firmwarePath(registers.read(GpuRegister.GPU_ID));
        byte[] file = wiring.files().find(path).orElseThrow(() -> new HeapException(HeapError.NOT_SUPPORTED,
                "load the firmware", core.name(), "there is no file " + path, "install the GPU's firmware"));
        try {
            return FirmwareImage.read(file);
        } catch (MalformedFirmware e) {
            throw new HeapException(HeapError.PROTOCOL, "load the firmware", core.name(), e.getMessage(),
                    "have the GPU's firmware replaced", e);
        }
    }

    FirmwareImage image() {
        return firmware.image();
    }

    /** The microcontroller's address space. */
    AddressSpace space() {
        return space;
    }

    /** What the firmware says how to talk to it; not before it has booted. */
    FirmwareInterface face() {
        return face;
    }

    /** How many groups the hardware can have at a time: each takes an address space, and the microcontroller one. */
    int slots() {
        return Math.min(face.groups(), Integer.bitCount(registers.read(GpuRegister.AS_PRESENT)) - 1);
    }

    /** Boots it, for the first time or again. */
    void boot() {
        firmware.fill();
        space.activate(0);
        registers.write(GpuRegister.GPU_INTERRUPT + GpuRegister.MASK, GPU_INTERRUPTS);
        registers.write(GpuRegister.JOB_INTERRUPT + GpuRegister.MASK, ALL);
        registers.write(GpuRegister.MMU_INTERRUPT + GpuRegister.MASK, ALL);
        alarm = core.timer().after(core.limits().boot(), () -> core.thread().run(() -> {
            if (core.mode().now() == GpuMode.BOOTING) {
                core.die(new HeapException(HeapError.FIRMWARE_DEAD, "start the GPU", core.name(),
                        "its firmware did not boot; the microcontroller is in state %d".formatted(
                                registers.read(GpuRegister.MCU_STATUS)), "have the GPU's firmware replaced"));
            }
        }));
        registers.write(GpuRegister.MCU_CONTROL, GpuRegister.MCU_AUTO);
    }

    /**
     * It says that it has booted.
     *
     * @throws HeapException {@code PROTOCOL} when it does not say how to talk to it
     */
    void booted() {
        alarm.cancel();
        face = new FirmwareInterface(core.name(), wiring.cpu(), firmware.sharedBase(), firmware.sharedSize());
        face.global().write(HostInterface.INTERRUPT_MASK, ALL);
    }

    /** Asks now and then whether the firmware lives; in protected mode that would end it. */
    void watch() {
        watchdog.cancel();
        watchdog = core.timer().after(core.limits().ping(), () -> core.thread().run(() -> {
            if (core.mode().now() == GpuMode.NORMAL) {
                face.global().request(HostInterface.REQUEST, HostInterface.PING);
                ringBell();
                core.handshakes().await(face.global(), HostInterface.PING, core.limits().answer(), this::watch,
                        () -> core.mode().hang("the firmware does not answer"));
            } else if (core.mode().isRunning()) {
                watch();
            }
        }));
    }

    /** Has the firmware look at its requests. */
    void ringBell() {
        registers.write(GpuRegister.doorbell(0), 1);
    }

    /** Has the firmware look at a group and its stream. */
    void ring(int slot) {
        face.group(slot).request(HostInterface.DOORBELLS, 1);
        face.global().request(HostInterface.DOORBELLS, 1 << slot);
        ringBell();
    }

    /** Nothing is waited for any more. */
    void cancel() {
        alarm.cancel();
        watchdog.cancel();
    }

    /** Switches the microcontroller off. */
    void disable() {
        registers.write(GpuRegister.MCU_CONTROL, GpuRegister.MCU_DISABLE);
    }

    /** Resets the GPU, and waits until it stands still. */
    void standStill() {
        registers.write(GpuRegister.GPU_INTERRUPT + GpuRegister.MASK, 0);
        registers.write(GpuRegister.GPU_INTERRUPT + GpuRegister.CLEAR, ALL);
        registers.write(GpuRegister.GPU_COMMAND, GpuRegister.SOFT_RESET);
        Fence never = new Fence("a moment");
        for (long left = core.limits().answer().toNanos(); left > 0
                && (registers.read(GpuRegister.GPU_INTERRUPT) & GpuRegister.RESET_COMPLETED) == 0;
                left -= POLL.toNanos()) {
            core.timer().patience(POLL).await(never);
        }
    }
}
