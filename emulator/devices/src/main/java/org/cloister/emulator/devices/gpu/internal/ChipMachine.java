// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.cloister.platform.mali.GpuRegister;

/**
 * The state of the chip: of the microcontroller with its firmware, and of the mode that all accesses are made in.
 *
 * <table>
 *   <caption>Transitions; what is not here changes nothing</caption>
 *   <tr><th>from</th><th>event</th><th>to</th></tr>
 *   <tr><td>OFF, HALTED</td><td>start: the microcontroller is switched on</td><td>NORMAL</td></tr>
 *   <tr><td>NORMAL</td><td>die: it finds no firmware, or an access of its own fails</td><td>DEAD</td></tr>
 *   <tr><td>NORMAL</td><td>enter: protected mode is asked for, and a stream waits for it</td><td>PROTECTED</td></tr>
 *   <tr><td>PROTECTED</td><td>leave: the region ends, or a ping interrupts it</td><td>NORMAL</td></tr>
 *   <tr><td>PROTECTED</td><td>fail: an access of the region's fails</td><td>STUCK</td></tr>
 *   <tr><td>PROTECTED</td><td>die</td><td>DEAD</td></tr>
 *   <tr><td>NORMAL</td><td>halt: it is asked to</td><td>HALTED</td></tr>
 *   <tr><td>NORMAL, HALTED, DEAD</td><td>disable: it is switched off</td><td>OFF</td></tr>
 *   <tr><td>any</td><td>reset</td><td>OFF</td></tr>
 * </table>
 *
 * <p>For the GPU's thread, but for {@link #now}.
 */
final class ChipMachine {
    /** What it is in. */
    enum State {
        /** Nothing runs. */
        OFF(GpuRegister.MCU_DISABLED),
        /** The firmware runs, in normal mode. */
        NORMAL(GpuRegister.MCU_ENABLED),
        /** It runs, and writes restricted memory only. */
        PROTECTED(GpuRegister.MCU_ENABLED),
        /** Something failed in protected mode, in which it stands still until a reset. */
        STUCK(GpuRegister.MCU_ENABLED),
        /** The firmware has stopped because it was asked to. */
        HALTED(GpuRegister.MCU_HALT),
        /** It has stopped because it failed. */
        DEAD(GpuRegister.MCU_FATAL);

        private static final Set<State> RUNNING = EnumSet.of(NORMAL, PROTECTED);
        private static final Set<State> INSIDE = EnumSet.of(PROTECTED, STUCK);

        private final int status;

        State(int status) {
            this.status = status;
        }

        /** What {@link GpuRegister#MCU_STATUS} says. */
        int status() {
            return status;
        }

        /** Whether the firmware goes on. */
        boolean isRunning() {
            return RUNNING.contains(this);
        }

        /** Whether accesses are those of protected mode. */
        boolean isProtected() {
            return INSIDE.contains(this);
        }
    }

    /** What changes it. */
    enum Event { START, DIE, ENTER, LEAVE, FAIL, HALT, DISABLE, RESET }

    private volatile State now = State.OFF;

    /** What an event makes of a state; empty when it does nothing. */
    static Optional<State> next(State state, Event event) {
        return Optional.ofNullable(switch (event) {
            case START -> state == State.OFF || state == State.HALTED ? State.NORMAL : null;
            case DIE -> state.isRunning() ? State.DEAD : null;
            case ENTER -> state == State.NORMAL ? State.PROTECTED : null;
            case LEAVE -> state == State.PROTECTED ? State.NORMAL : null;
            case FAIL -> state == State.PROTECTED ? State.STUCK : null;
            case HALT -> state == State.NORMAL ? State.HALTED : null;
            case DISABLE -> switch (state) {
                case NORMAL, HALTED, DEAD -> State.OFF;
                case OFF, PROTECTED, STUCK -> null;
            };
            case RESET -> State.OFF;
        });
    }

    /** The state. For any thread. */
    State now() {
        return now;
    }

    /** Something happened; tells whether it has done anything. */
    boolean on(Event event) {
        Optional<State> next = next(now, event);
        next.ifPresent(state -> now = state);
        return next.isPresent();
    }
}
