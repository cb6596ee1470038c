// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import org.osgi.annotation.versioning.ConsumerType;

/** Told what became of the jobs that were handed to a {@link CryptoEngine}. */
@ConsumerType
@FunctionalInterface
public interface CryptoListener {
    /** Something happened. Called on the device's thread, in order. What it throws is logged and ignored. */
    void on(CryptoEvent event);
}
