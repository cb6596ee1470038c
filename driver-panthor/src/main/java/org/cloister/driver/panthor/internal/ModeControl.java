// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.time.Duration;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.internal.ModeMachine.Event;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.HostInterface;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a GPU that has booted into protected mode and out of it, and resets it when it does not obey in time. Nothing
 * waits: what follows an answer is done when that is heard. For the driver's thread, but for {@link #now}.
 */
final class ModeControl {
    private static final Logger LOG = LoggerFactory.getLogger(ModeControl.class);
    private static final Duration POLL = Duration.ofMillis(1);
    private static final int ALL = -1;

    private final GpuCore core;
    private final RegisterBlock registers;
    private final ModeMachine machine = new ModeMachine();
    private Timer.Alarm alarm = () -> { }; // of looking, exiting, resetting

    ModeControl(GpuCore core, RegisterBlock registers) {
        this.core = core;
        this.registers = registers;
    }

    /** The mode. For any thread. */
    GpuMode now() {
        return machine.now();
    }

    boolean isRunning() {
        return machine.isRunning();
    }

    /** Whether the GPU does nothing any more, and never will. */
    boolean isOff() {
        return now() == GpuMode.OFF || now() == GpuMode.DEAD;
    }

    /** Something happened that is not of protected mode. */
    void on(Event event) {
        machine.on(event);
    }

    /** Nothing is waited for any more. */
    void cancel() {
        alarm.cancel();
    }

    /** Asks for protected mode, for the group that was told that it is its turn. */
    void enter() {
        Port global = core.face().global();
        global.request(HostInterface.REQUEST, HostInterface.PROTM_ENTER);
        core.firmware().ringBell();
        core.handshakes().await(global, HostInterface.PROTM_ENTER, core.limits().enter(),
                () -> poll(core.limits().active()), () -> hang("it did not acknowledge protected mode"));
    }

    /** Acknowledged: looks whether protected mode is there, or was already. */
    private void poll(Duration left) {
        if (now() != GpuMode.ENTERING) {
            return;
        }
        boolean active = (registers.read(GpuRegister.GPU_STATUS) & GpuRegister.PROTM_ACTIVE) != 0;
        hearExit();
        if (now() == GpuMode.NORMAL) {
            core.pump();
        } else if (active) {
            machine.on(Event.ENTERED);
            core.pump();
        } else if (left.isPositive()) {
            alarm = core.timer().after(POLL, () -> core.thread().run(() -> poll(left.minus(POLL))));
        } else {
            hang("it acknowledged protected mode, and is not in it");
        }
    }

    /** Somebody needs normal mode before the work of protected mode is done. */
    void exit() {
        alarm = core.timer().after(core.limits().exit(), () -> core.thread().run(() -> {
            if (now() == GpuMode.EXITING) {
                hang("it did not leave protected mode");
            }
        }));
        core.face().global().request(HostInterface.REQUEST, HostInterface.PING);
        core.firmware().ringBell();
        machine.on(Event.EXIT); // last: who sees it knows that the alarm is set and the firmware is asked
    }

    /** Hears whether protected mode was left. */
    void hearExit() {
        Port global = core.face().global();
        if (global.events(HostInterface.REQUEST, HostInterface.PROTM_EXIT) != 0) {
            global.seen(HostInterface.REQUEST, HostInterface.PROTM_EXIT);
            if (ModeMachine.next(now(), Event.LEFT).isPresent()) {
                alarm.cancel();
                machine.on(Event.LEFT);
                core.schedule().left();
            }
        }
    }

    /** The GPU does not do what it should have done by now. */
    void hang(String why) {
        if (isRunning()) {
            reset(Event.TIMED_OUT, new HeapException(HeapError.TIMED_OUT, "use the GPU", core.name(), why,
                    "create another group"));
        }
    }

    /** The GPU says that something failed: in protected mode, or its firmware. */
    void fault(boolean inside) {
        reset(Event.FAULT, new HeapException(HeapError.FAULT, "use the GPU", core.name(), inside
                ? "something failed in protected mode" : "its firmware failed", "create another group"));
    }

    private void reset(Event event, HeapException cause) {
        LOG.warn("{} is reset: {}", core.name(), cause.why());
        machine.on(event);
        alarm.cancel();
        core.beforeReset(cause);
        registers.write(GpuRegister.JOB_INTERRUPT + GpuRegister.MASK, 0);
        registers.write(GpuRegister.MMU_INTERRUPT + GpuRegister.MASK, 0);
        registers.write(GpuRegister.GPU_INTERRUPT + GpuRegister.CLEAR, ALL);
        alarm = core.timer().after(core.limits().answer(), () -> core.thread().run(() -> {
            if (now() == GpuMode.RESETTING) {
                core.die(new HeapException(HeapError.FIRMWARE_DEAD, "reset the GPU", core.name(),
                        "it does not come back", "switch the board off and on", cause));
            }
        }));
        registers.write(GpuRegister.GPU_COMMAND, GpuRegister.SOFT_RESET);
    }
}
