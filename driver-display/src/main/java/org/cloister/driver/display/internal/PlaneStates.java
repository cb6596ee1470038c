// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

import org.cloister.driver.display.PlaneState;

/** The one place that changes the state of a plane; see {@link PlaneState} for the table. Safe for use by any thread. */
final class PlaneStates {
    private final String plane;
    private PlaneState state = PlaneState.OFF; // guarded by this, as is the one below
    private PlaneState before = PlaneState.OFF; // of use while fetching

    PlaneStates(String plane) {
        this.plane = plane;
    }

    synchronized PlaneState now() {
        return state;
    }

    /**
     * Goes on to the next state.
     *
     * @throws IllegalStateException and nothing changes, when the table has no such transition
     */
    synchronized void on(PlaneSignal signal) {
        boolean fetching = state == PlaneState.FETCHING;
        if (state == PlaneState.CLOSED || fetching != isOfFetching(signal) && signal != PlaneSignal.EXPOSED) {
            throw new IllegalStateException("plane %s is %s: %s is impossible".formatted(plane, state, signal));
        }
        switch (signal) {
            case FETCH -> {
                before = state;
                state = PlaneState.FETCHING;
            }
            case PRESENTED -> state = PlaneState.SHOWN;
            case CLEARED -> state = PlaneState.OFF;
            case BLACKENED -> state = PlaneState.BLACK;
            case DROPPED -> state = before;
            case EXPOSED -> {
                before = PlaneState.BLACK;
                state = fetching ? state : PlaneState.BLACK;
            }
            case STOPPED -> state = PlaneState.CLOSED;
        }
    }

    private static boolean isOfFetching(PlaneSignal signal) {
        return switch (signal) {
            case PRESENTED, CLEARED, BLACKENED, DROPPED -> true;
            case FETCH, EXPOSED, STOPPED -> false;
        };
    }
}
