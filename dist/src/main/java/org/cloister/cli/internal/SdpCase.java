// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

/**
 * What came of a case of the test of the secure data path.
 *
 * @param name what was tried
 * @param verdict what came of it
 * @param expected what has to come of it
 * @param detail how it was done, or who refused it
 */
record SdpCase(String name, Verdict verdict, Verdict expected, String detail) {
    /** What can come of a case. */
    enum Verdict {
        /** It was done, and rightly. */
        OK("ok"),
        /** It was refused, before it got where it must not get. */
        REFUSED("refused"),
        /** It was done wrongly, or refused too late. */
        WRONG("wrong");

        private final String label;

        Verdict(String label) {
            this.label = label;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /** Tells whether it is as it has to be. */
    boolean holds() {
        return verdict == expected;
    }
}
