// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.GroupState;
import org.junit.jupiter.api.Test;

/** Every transition, and that there is no other. */
class MachinesTest {
    private static Map<String, String> table(String... lines) {
        return Stream.of(lines).map(line -> line.split(" -> "))
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1], (a, b) -> a, TreeMap::new));
    }

    @Test
    void modes() {
        Map<String, String> expected = table("OFF START -> BOOTING", "BOOTING BOOTED -> NORMAL",
                "BOOTING TIMED_OUT -> DEAD", "NORMAL ENTER -> ENTERING", "ENTERING ENTERED -> PROTECTED",
                "ENTERING LEFT -> NORMAL", "PROTECTED LEFT -> NORMAL", "EXITING LEFT -> NORMAL",
                "PROTECTED EXIT -> EXITING", "NORMAL TIMED_OUT -> RESETTING", "ENTERING TIMED_OUT -> RESETTING",
                "PROTECTED TIMED_OUT -> RESETTING", "EXITING TIMED_OUT -> RESETTING", "NORMAL FAULT -> RESETTING",
                "ENTERING FAULT -> RESETTING", "PROTECTED FAULT -> RESETTING", "EXITING FAULT -> RESETTING",
                "RESETTING RESET -> BOOTING", "RESETTING TIMED_OUT -> DEAD");
        for (GpuMode mode : GpuMode.values()) {
            expected.put(mode + " STOP", "OFF");
        }

        Map<String, String> found = new TreeMap<>();
        for (GpuMode mode : GpuMode.values()) {
            for (ModeMachine.Event event : ModeMachine.Event.values()) {
                ModeMachine.next(mode, event).ifPresent(next -> found.put(mode + " " + event, next.name()));
            }
        }
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void groups() {
        Map<String, String> expected = table("SUSPENDED ASSIGN -> STARTING", "STARTING STARTED -> IDLE", "IDLE SUBMIT -> BUSY", "BUSY DONE -> IDLE",
                "BUSY WAIT -> WAITING", "PROTECTED WAIT -> WAITING", "WAITING ENTER -> PROTECTED",
                "PROTECTED LEAVE -> BUSY", "STARTING RESET -> STARTING", "IDLE RESET -> STARTING",
                "BUSY RESET -> STARTING", "WAITING RESET -> STARTING", "IDLE SUSPEND -> SUSPENDING",
                "SUSPENDING VACATED -> SUSPENDED", "SUSPENDING RESET -> SUSPENDED", "SUSPENDED RESET -> SUSPENDED");
        for (GroupState state : GroupState.values()) {
            expected.put(state + " CLOSE", "CLOSED");
            if (state != GroupState.CLOSED) {
                expected.put(state + " LOSE", "LOST");
            }
        }

        Map<String, String> found = new TreeMap<>();
        for (GroupState state : GroupState.values()) {
            for (GroupMachine.Event event : GroupMachine.Event.values()) {
                GroupMachine.next(state, event).ifPresent(next -> found.put(state + " " + event, next.name()));
            }
        }
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void whatCannotHappenIsRefusedAndChangesNothing() {
        ModeMachine mode = new ModeMachine();
        assertThatThrownBy(() -> mode.on(ModeMachine.Event.ENTER)).isInstanceOf(IllegalStateException.class)
                .hasMessage("ENTER in mode OFF");
        assertThat(mode.now()).isEqualTo(GpuMode.OFF);
        GroupMachine group = new GroupMachine();
        assertThatThrownBy(() -> group.on(GroupMachine.Event.DONE)).isInstanceOf(IllegalStateException.class)
                .hasMessage("DONE in state SUSPENDED");
        assertThat(group.now()).isEqualTo(GroupState.SUSPENDED);
    }
}
