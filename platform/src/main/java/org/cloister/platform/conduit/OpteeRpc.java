// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Requests of OP-TEE to the normal world: the commands of the message that it leaves when a yielding call returns with
 * {@link OpteeSmc#RPC_CMD} or {@link OpteeFfa#RETURN_RPC_CMD}. The normal world serves it, writes result and outputs
 * into the same message, and resumes the call.
 */
@ProviderType
public final class OpteeRpc {
    /** Waits for or sends a notification: value a {@link #NOTIFICATION_WAIT} or {@link #NOTIFICATION_SEND}, b which. */
    public static final int NOTIFICATION = 4;
    /** Waits for a number of milliseconds, value a. */
    public static final int SUSPEND = 5;
    /** Allocates shared memory: value a its type, b bytes, c alignment; a memory reference is the output. */
    public static final int SHM_ALLOC = 6;
    /** Frees shared memory: value a its type, b its cookie or handle. */
    public static final int SHM_FREE = 7;

    /** Value a of {@link #NOTIFICATION}: wait until it is sent, or for c milliseconds if c is not zero. */
    public static final int NOTIFICATION_WAIT = 0;
    /** Value a of {@link #NOTIFICATION}: send. A send before the wait is remembered. */
    public static final int NOTIFICATION_SEND = 1;

    /** Type of shared memory: for the application that is being served. */
    public static final int SHM_APPLICATION = 0;
    /** Type of shared memory: for the kernel of the normal world. */
    public static final int SHM_KERNEL = 1;
    /** Type of shared memory: for both. */
    public static final int SHM_GLOBAL = 2;

    /** The most parameters of a request. */
    public static final int MAX_PARAMS = 4;

    private OpteeRpc() {}
}
