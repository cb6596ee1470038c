// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import org.osgi.annotation.versioning.ConsumerType;

/** Told what became of the scenes that were handed to a {@link DisplayPipe}. */
@ConsumerType
@FunctionalInterface
public interface DisplayListener {
    /**
     * Something happened. Called on the device's thread, in order, and the device does not go on before this returns,
     * so be quick. May call the pipe. What it throws is logged and ignored.
     */
    void on(DisplayEvent event);
}
