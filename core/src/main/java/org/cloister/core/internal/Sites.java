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

    /**
     * A copy of a site for those who may keep it: the JVM hangs the classes on the stack on every throwable that it
     * fills in, and they must be free to go with their bundle.
     */
    static Throwable detached(Throwable site) {
        var copy = new Detached(site.getMessage());
        copy.setStackTrace(site.getStackTrace());
        return copy;
    }

    private static final class Detached extends Throwable {
        private static final long serialVersionUID = 1L;

        Detached(String message) {
            super(message);
        }

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }

        @Override
        public String toString() {
            return getMessage();
        }
    }

    private static Throwable site(Owner owner) {
        return new Throwable("obtained by bundle " + owner.name() + " on thread " + Thread.currentThread().getName());
    }
}
