// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Makes the firmware behind a backend refuse, one kind of step at a time. Register it as a service beside the backend
 * under test. Safe for use by any thread.
 */
@ConsumerType
public interface FaultInjector {
    /** Refusals of one step, from {@link FaultInjector#refuse} until {@link #close}. */
    @ConsumerType
    interface Fault extends AutoCloseable {
        /** {@return how often the step was refused so far} */
        int refused();

        /** The step works again. Idempotent. */
        @Override
        void close();
    }

    /** {@return the steps, such as {@code "lend"} and {@code "reclaim"}, in the order in which memory meets them} */
    List<String> steps();

    /**
     * Has every call of a step refused, before it has an effect, as firmware would that says no.
     *
     * @param step one of {@link #steps}
     * @return the refusals, to be ended by closing
     */
    Fault refuse(String step);
}
