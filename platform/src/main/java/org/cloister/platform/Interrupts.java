// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform;

import java.util.concurrent.Executor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The interrupt lines of a board, as those who wait for them see them. Registered as a service. Lines are numbered as
 * in the {@code interrupts} properties of the device tree.
 *
 * <p>Lines are edges: a raise is delivered once to each handler that is listening, and a raise that nobody listens to
 * is kept, as one, until somebody does. Safe for use by any thread.
 */
@ProviderType
public interface Interrupts {
    /**
     * Listens to a line.
     *
     * @param line the number of the line, zero or more
     * @param executor where the handler runs; it decides threads and order
     * @param handler what to run for each raise; what it throws is the executor's to report
     * @return closes the ear: the handler is not handed to the executor any more; prompt and idempotent
     */
    Listening listen(int line, Executor executor, Runnable handler);

    /** A handler that is listening to a line, until closed. */
    @ProviderType
    interface Listening extends AutoCloseable {
        @Override
        void close();
    }
}
