// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import org.osgi.annotation.versioning.ProviderType;

/**
 * OP-TEE's services behind FF-A direct requests (Linux: {@code optee_ffa.h}). Registers of a request: w1 source (high
 * half) and destination, w2 zero, w3 the service, w4 to w7 arguments; of the answer: w3 to w7 results.
 */
@ProviderType
public final class OpteeFfa {
    /** Service: the version of this interface, major in w3, minor in w4. */
    public static final int GET_API_VERSION = 0;
    /** Service: the version of the trusted OS. */
    public static final int GET_OS_VERSION = 1;
    /** Service: capabilities in w5, parameters of a request of the trusted OS in w4. */
    public static final int EXCHANGE_CAPABILITIES = 2;
    /** Service: forgets shared memory, handle in w4 (low) and w5 (high). */
    public static final int UNREGISTER_SHM = 3;
    /** Service: enables notifications; w4 is the number of the bottom half's. */
    public static final int ENABLE_ASYNC_NOTIF = 5;
    /** Service: forgets lent memory, handle in w4 (low) and w5 (high). */
    public static final int RELEASE_PROTMEM = 8;
    /** Bit of the services that yield. */
    public static final int YIELDING = 1 << 31;
    /** Yielding service: processes the message in shared memory, handle in w4 (low) and w5 (high), offset in w6. */
    public static final int CALL_WITH_ARG = YIELDING;
    /** Yielding service: resumes the thread in w7. */
    public static final int RESUME = YIELDING | 1;

    /** What w4 of a yielding service's answer says: done. */
    public static final int RETURN_DONE = 0;
    /** What w4 of a yielding service's answer says: serve the request behind the message, then resume. */
    public static final int RETURN_RPC_CMD = 1;
    /** What w4 of a yielding service's answer says: serve the interrupt that is pending, then resume. */
    public static final int RETURN_INTERRUPT = 2;

    /** Capability: messages may lie at an offset. */
    public static final int CAP_ARG_OFFSET = 1;
    /** Capability: asynchronous notifications. */
    public static final int CAP_ASYNC_NOTIF = 1 << 1;
    /** Capability: replay-protected memory blocks may be probed by the kernel. */
    public static final int CAP_RPMB_PROBE = 1 << 2;
    /** Capability: memory can be lent, to be protected. */
    public static final int CAP_PROTMEM = 1 << 3;

    private OpteeFfa() {}
}
