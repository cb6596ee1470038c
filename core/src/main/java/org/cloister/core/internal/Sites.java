// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

/**
 * Decides for which references the place in the code is kept where they were obtained. A stack trace costs
 * microseconds, so by default one in {@value #SAMPLE} of a bundle is kept, the first among them.
 */
final class Sites {
    /** How many references are kept. */
    enum Mode { NONE, SAMPLED, ALL }

    private static final int SAMPLE = 1024;

    private volatile Mode mode = Mode.SAMPLED;

    void mode(Mode value) {
        mode = value;
    }

    /** The site of the present call, or {@code null} if it is not to be kept. */
    Throwable sample(Owner owner) {
        return switch (mode) {
            case NONE -> null;
            case SAMPLED -> owner.nextAllocation() % SAMPLE == 0 ? site(owner) : null;
            case ALL -> site(owner);
        };
    }

    private static Throwable site(Owner owner) {
        return new Throwable("obtained by bundle " + owner.name() + " on thread " + Thread.currentThread().getName());
    }
}
