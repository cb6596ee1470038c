// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.util.SplittableRandom;

/** What goes wrong, and when: decided by the seed, at each place where something can. */
final class Faults {
    /** How careless the world is; another one for each seed, in turn. */
    enum Mood {
        /** Nothing goes wrong; backends and bundles come and go. */
        CALM(0, false),
        /** Firmware refuses now and then, and answers late. */
        TROUBLED(60, false),
        /** All the time. */
        WILD(8, false),
        /** Answers are lost, so that nobody knows what was done. */
        BROKEN(60, true);

        private final int rate;
        private final boolean loses;

        Mood(int rate, boolean loses) {
            this.rate = rate;
            this.loses = loses;
        }
    }

    private final SplittableRandom random;
    private final Mood mood;
    private final Trace trace;
    private boolean over;

    Faults(SplittableRandom random, Mood mood, Trace trace) {
        this.random = random;
        this.mood = mood;
        this.trace = trace;
    }

    static Mood mood(long seed) {
        return Mood.values()[(int) Long.remainderUnsigned(seed / BoardKind.values().length, Mood.values().length)];
    }

    /** Whether something goes wrong here and now. */
    boolean strike(String where) {
        boolean struck = !over && mood.rate > 0 && random.nextInt(mood.rate) == 0;
        if (struck) {
            trace.note("fault " + where);
        }
        return struck;
    }

    /** Whether anything goes wrong in this world. */
    boolean areThere() {
        return mood.rate > 0 && !over;
    }

    /** Whether answers are lost in this world. */
    boolean loses() {
        return mood.loses && !over;
    }

    /** One of so many ways. */
    int way(int ways) {
        return random.nextInt(ways);
    }

    /** Nothing goes wrong any more. */
    void end() {
        over = true;
    }
}
