// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.Optional;
import org.cloister.driver.panthor.GroupState;

/** The state of a group; the table of transitions is at {@link GroupState}. For the driver's thread, but for {@link #now}. */
final class GroupMachine {
    /** What changes it. */
    enum Event { ASSIGN, STARTED, SUBMIT, DONE, WAIT, ENTER, LEAVE, SUSPEND, VACATED, RESET, LOSE, CLOSE }

    private volatile GroupState now = GroupState.SUSPENDED;

    /** What an event makes of a state; empty when it cannot happen in that. */
    static Optional<GroupState> next(GroupState state, Event event) {
        return Optional.ofNullable(switch (event) {
            case ASSIGN -> state == GroupState.SUSPENDED ? GroupState.STARTING : null;
            case STARTED -> state == GroupState.STARTING ? GroupState.IDLE : null;
            case SUBMIT -> state == GroupState.IDLE ? GroupState.BUSY : null;
            case DONE -> state == GroupState.BUSY ? GroupState.IDLE : null;
            case WAIT -> state == GroupState.BUSY || state == GroupState.PROTECTED ? GroupState.WAITING : null;
            case ENTER -> state == GroupState.WAITING ? GroupState.PROTECTED : null;
            case LEAVE -> state == GroupState.PROTECTED ? GroupState.BUSY : null;
            case SUSPEND -> state == GroupState.IDLE ? GroupState.SUSPENDING : null;
            case VACATED -> state == GroupState.SUSPENDING ? GroupState.SUSPENDED : null;
            case RESET -> switch (state) {
                case STARTING, IDLE, BUSY, WAITING -> GroupState.STARTING;
                case SUSPENDING, SUSPENDED -> GroupState.SUSPENDED;
                case PROTECTED, LOST, CLOSED -> null;
            };
            case LOSE -> state == GroupState.CLOSED ? null : GroupState.LOST;
            case CLOSE -> GroupState.CLOSED;
        });
    }

    /** The state. For any thread. */
    GroupState now() {
        return now;
    }

    /**
     * Something happened.
     *
     * @throws IllegalStateException when it cannot, in this state
     */
    void on(Event event) {
        now = next(now, event).orElseThrow(() -> new IllegalStateException(event + " in state " + now));
    }
}
