// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display;

import org.osgi.annotation.versioning.ConsumerType;

/** Told about outputs of all display drivers. Register it as a service (whiteboard). */
@ConsumerType
@FunctionalInterface
public interface OutputListener {
    /**
     * Something happened. Called on a thread of the driver's, which shows nothing before this returns: be quick. What
     * it throws is logged.
     */
    void on(OutputEvent event);
}
