// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec;

import org.osgi.annotation.versioning.ConsumerType;

/** Told of what happens in a {@link DecodeSession}. */
@ConsumerType
@FunctionalInterface
public interface DecodeListener {
    /**
     * Something happened. Called on a thread of the session's, one event at a time and in order. Until it returns, no
     * other event of this session comes; it may take its time and may call the session. What it throws is logged.
     */
    void on(DecodeEvent event);
}
