// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The instruction by which the normal world calls firmware (SMC Calling Convention 1.2 and later). Registered as a
 * service with the property {@link #METHOD} while firmware runs.
 *
 * <p>Any thread may call; the thread is the processor core for as long as the call lasts. Calls of several threads run
 * at the same time, as on several cores, and firmware does its own locking. A call cannot be interrupted: an interrupt
 * of the calling thread is kept until it returns. No locks that a firewall change may wait for, such as an open
 * {@link org.cloister.platform.Window} on memory that the call is about, should be held.
 *
 * <p>An implementation that passes calls on to another conduit, to record or to disturb them, is registered with a
 * higher service ranking than the one it decorates.
 */
@ConsumerType
@FunctionalInterface
public interface SmcConduit {
    /** Service property: the value of the device tree's {@code method} property, {@code "smc"} or {@code "hvc"}. */
    String METHOD = "conduit.method";

    /**
     * Makes one call.
     *
     * @param registers x0 to x17 as they are before the call; holds the answer when this returns. Firmware leaves
     *     registers that its calling convention preserves as they were. The caller may use it again for its next call.
     * @throws org.cloister.heap.HeapException {@code FIRMWARE_DEAD} when no firmware answers any more
     */
    void call(SmcRegisters registers);
}
