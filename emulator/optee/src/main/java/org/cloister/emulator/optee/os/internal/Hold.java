// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * A reference to a memory object that keeps it from being taken back. Closed once, by who got it.
 */
public final class Hold {
    private final MemoryObject object;
    private final Supplier<List<SecureThread>> release;
    private final AtomicBoolean released = new AtomicBoolean();

    /**
     * Makes a reference.
     *
     * @param release ends it, and says which threads waited for that
     */
    Hold(MemoryObject object, Supplier<List<SecureThread>> release) {
        this.object = object;
        this.release = release;
    }

    /** A reference to an object that nobody takes back. */
    static Hold permanent(MemoryObject object) {
        return new Hold(object, List::of);
    }

    /** The object. */
    public MemoryObject object() {
        return object;
    }

    /** Lets go of it; whoever waited for that is told from {@code thread}. */
    void release(SecureThread thread) {
        WaitQueue.wake(thread, end());
    }

    /** Lets go of memory that nobody can wait for, as it was never registered. */
    void releaseUnobserved() {
        end();
    }

    private List<SecureThread> end() {
        return released.compareAndSet(false, true) ? release.get() : List.of();
    }
}
