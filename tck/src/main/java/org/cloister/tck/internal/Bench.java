// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

/** What one check works with, set up before it and tidied up after it. For one check. */
public sealed interface Bench extends AutoCloseable permits BackendBench, PoolBench, HeapBench {
    /** {@return the name of the heap that it is about; empty for a backend as a whole} */
    String heap();

    /** {@return whether the check found a capability absent and rightly refused} */
    boolean refused();

    /** Tidies up, also after a check that left a mess. */
    @Override
    void close();
}
