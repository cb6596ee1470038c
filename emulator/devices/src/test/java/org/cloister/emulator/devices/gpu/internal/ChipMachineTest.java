// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.cloister.emulator.devices.gpu.internal.ChipMachine.Event;
import org.cloister.emulator.devices.gpu.internal.ChipMachine.State;
import org.cloister.platform.mali.GpuRegister;
import org.junit.jupiter.api.Test;

class ChipMachineTest {
    @Test
    void theseTransitionsAreThereAndNoOthers() {
        Map<String, State> expected = new TreeMap<>(Map.of("OFF START", State.NORMAL, "NORMAL DIE", State.DEAD,
                "PROTECTED DIE", State.DEAD, "NORMAL ENTER", State.PROTECTED, "PROTECTED LEAVE", State.NORMAL,
                "PROTECTED FAIL", State.STUCK, "NORMAL HALT", State.HALTED, "NORMAL DISABLE", State.OFF,
                "HALTED DISABLE", State.OFF, "DEAD DISABLE", State.OFF));
        expected.put("HALTED START", State.NORMAL);
        for (State state : State.values()) {
            expected.put(state + " RESET", State.OFF);
        }

        Map<String, State> found = new TreeMap<>();
        for (State state : State.values()) {
            for (Event event : Event.values()) {
                ChipMachine.next(state, event).ifPresent(next -> found.put(state + " " + event, next));
            }
        }
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void whatCannotHappenChangesNothing() {
        ChipMachine chip = new ChipMachine();
        assertThat(chip.on(Event.ENTER)).isFalse();
        assertThat(chip.on(Event.HALT)).isFalse();
        assertThat(chip.now()).isEqualTo(State.OFF);
        assertThat(chip.on(Event.START)).isTrue();
        assertThat(chip.on(Event.START)).isFalse();
        assertThat(chip.on(Event.LEAVE)).isFalse();
        assertThat(chip.now()).isEqualTo(State.NORMAL);
    }

    /** Only a reset gets it out of there, not even switching the microcontroller off. */
    @Test
    void whatFailedInProtectedModeStaysThere() {
        ChipMachine chip = new ChipMachine();
        chip.on(Event.START);
        chip.on(Event.ENTER);
        assertThat(chip.now().isProtected()).isTrue();
        chip.on(Event.FAIL);
        for (Event event : Event.values()) {
            if (event != Event.RESET) {
                assertThat(chip.on(event)).as("%s", event).isFalse();
            }
        }
        assertThat(chip.now()).isEqualTo(State.STUCK);
        assertThat(chip.now().isProtected()).isTrue();
        assertThat(chip.now().isRunning()).isFalse();
        chip.on(Event.RESET);
        assertThat(chip.now().isProtected()).isFalse();
    }

    @Test
    void theHostReadsWhatTheMicrocontrollerDoes() {
        assertThat(State.OFF.status()).isEqualTo(GpuRegister.MCU_DISABLED);
        assertThat(State.NORMAL.status()).isEqualTo(State.PROTECTED.status()).isEqualTo(GpuRegister.MCU_ENABLED);
        assertThat(State.HALTED.status()).isEqualTo(GpuRegister.MCU_HALT);
        assertThat(State.DEAD.status()).isEqualTo(GpuRegister.MCU_FATAL);
    }
}
