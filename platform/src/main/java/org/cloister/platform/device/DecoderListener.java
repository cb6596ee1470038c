// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import org.osgi.annotation.versioning.ConsumerType;

/** Told of what happens in a {@link DecoderSession}. */
@ConsumerType
@FunctionalInterface
public interface DecoderListener {
    /**
     * Something happened. Called on the device's thread, one event of a session at a time and in order; the device does
     * not go on before this returns, so be quick. May call the session. What it throws is logged and ignored.
     */
    void on(DecoderEvent event);
}
