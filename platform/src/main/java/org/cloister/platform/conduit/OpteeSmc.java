// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import org.osgi.annotation.versioning.ProviderType;

/**
 * OP-TEE's own SMC interface, used where there is no FF-A: function ids, capabilities and return codes (Linux:
 * {@code optee_smc.h}). Calls without {@link SmcCode#FAST} yield: they may return a request of the trusted OS, to be
 * served and resumed with {@link #RETURN_FROM_RPC}.
 */
@ProviderType
public final class OpteeSmc {
    /** Resumes a call that asked for something: a3 is the thread that was in a3. */
    public static final int RETURN_FROM_RPC = 0x32000003;
    /** Processes the message at the physical address in a1 (high) and a2 (low). */
    public static final int CALL_WITH_ARG = 0x32000004;
    /** The same, with room for one request of the trusted OS behind the message. */
    public static final int CALL_WITH_RPC_ARG = 0x32000012;
    /** Processes the message in registered memory: cookie in a1 (high) and a2 (low), offset in a3. */
    public static final int CALL_WITH_REGD_ARG = 0x32000013;

    /** How many functions there are. */
    public static final int CALLS_COUNT = 0xBF00FF00;
    /** The uid of the interface. */
    public static final int CALLS_UID = 0xBF00FF01;
    /** The revision of the interface. */
    public static final int CALLS_REVISION = 0xBF00FF03;
    /** The uuid of the trusted OS. */
    public static final int GET_OS_UUID = 0xB2000000;
    /** The version of the trusted OS. */
    public static final int GET_OS_REVISION = 0xB2000001;
    /** Where the reserved shared memory is. */
    public static final int GET_SHM_CONFIG = 0xB2000007;
    /** Locks for an outer cache, on older processors only. */
    public static final int L2CC_MUTEX = 0xB2000008;
    /** Exchanges capabilities. */
    public static final int EXCHANGE_CAPABILITIES = 0xB2000009;
    /** Gives back cached shared memory, one cookie a call. */
    public static final int DISABLE_SHM_CACHE = 0xB200000A;
    /** Lets the trusted OS cache shared memory. */
    public static final int ENABLE_SHM_CACHE = 0xB200000B;
    /** Starts a secondary core, on platforms without PSCI only. */
    public static final int BOOT_SECONDARY = 0xB200000C;
    /** How many calls can be under way at once. */
    public static final int GET_THREAD_COUNT = 0xB200000F;
    /** Tells that the normal world listens to notifications. */
    public static final int ENABLE_ASYNC_NOTIF = 0xB2000010;
    /** Takes a pending notification. */
    public static final int GET_ASYNC_NOTIF_VALUE = 0xB2000011;
    /** Where the static protected memory is. */
    public static final int GET_PROTMEM_CONFIG = 0xB2000014;

    /** Normal-world capability: there is one core only. */
    public static final int NSEC_UNIPROCESSOR = 1;

    /** Capability: there is reserved shared memory. */
    public static final int CAP_RESERVED_SHM = 1;
    /** Capability: unregistered shared memory may be used. */
    public static final int CAP_UNREGISTERED_SHM = 1 << 1;
    /** Capability: the normal world's memory can be registered. */
    public static final int CAP_DYNAMIC_SHM = 1 << 2;
    /** Capability: virtual machines are told apart. */
    public static final int CAP_VIRTUALIZATION = 1 << 3;
    /** Capability: memory parameters may be null. */
    public static final int CAP_MEMREF_NULL = 1 << 4;
    /** Capability: asynchronous notifications. */
    public static final int CAP_ASYNC_NOTIF = 1 << 5;
    /** Capability: room for a request may follow a message. */
    public static final int CAP_RPC_ARG = 1 << 6;
    /** Capability: replay-protected memory blocks may be probed by the kernel. */
    public static final int CAP_RPMB_PROBE = 1 << 7;
    /** Capability: there is static protected memory. */
    public static final int CAP_PROTMEM = 1 << 8;
    /** Capability: memory can be lent, to be protected. */
    public static final int CAP_DYNAMIC_PROTMEM = 1 << 9;

    /** Return code: done. */
    public static final int OK = 0;
    /** Return code: no thread is free. */
    public static final int ETHREAD_LIMIT = 1;
    /** Return code: busy. */
    public static final int EBUSY = 2;
    /** Return code: nothing to resume there. */
    public static final int ERESUME = 3;
    /** Return code: the address is wrong. */
    public static final int EBADADDR = 4;
    /** Return code: there is no such command. */
    public static final int EBADCMD = 5;
    /** Return code: no memory left. */
    public static final int ENOMEM = 6;
    /** Return code: not available. */
    public static final int ENOTAVAIL = 7;
    /** Return code: there is no such function. */
    public static final int UNKNOWN_FUNCTION = 0xFFFFFFFF;

    /** Request: allocate a1 bytes of shared memory. */
    public static final int RPC_ALLOC = 0xFFFF0000;
    /** Request: free the shared memory of the cookie in a1 (high) and a2 (low). */
    public static final int RPC_FREE = 0xFFFF0002;
    /** Request: serve the interrupt that is pending, then resume. */
    public static final int RPC_FOREIGN_INTERRUPT = 0xFFFF0004;
    /** Request: serve the message of the cookie in a1 (high) and a2 (low). */
    public static final int RPC_CMD = 0xFFFF0005;

    private OpteeSmc() {}

    /** Tells whether a return code is a request of the trusted OS. */
    public static boolean isRpc(int code) {
        return code >>> 16 == 0xFFFF && code != UNKNOWN_FUNCTION;
    }
}
