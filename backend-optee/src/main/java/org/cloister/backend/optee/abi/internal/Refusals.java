// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.util.Optional;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.tee.TeeCode;

/** What firmware answers when it does not do what it was asked, as exceptions. Stateless. */
final class Refusals {
    private Refusals() {}

    /** An answer that its protocol does not have; nobody knows what was done. */
    static HeapException protocol(String what, String which, String why) {
        return new HeapException(HeapError.PROTOCOL, what, which, why,
                "record the calls and compare them with the firmware's documentation");
    }

    /** FFA_ERROR with a code. */
    static HeapException ffa(String what, int code) {
        Optional<FfaStatus> status = FfaStatus.of(code).filter(s -> s != FfaStatus.SUCCESS);
        if (status.isEmpty()) {
            return protocol(what, "FF-A", "it answered with error code " + code + ", which FF-A does not have");
        }
        HeapError error = switch (status.get()) {
            case NO_MEMORY -> HeapError.NO_MEMORY;
            case BUSY, RETRY, NOT_READY -> HeapError.BUSY;
            case NOT_SUPPORTED -> HeapError.NOT_SUPPORTED;
            case ABORTED -> HeapError.CANCELLED;
            default -> HeapError.FIRMWARE_REFUSED;
        };
        return new HeapException(error, what, "FF-A",
                "it answered " + status.get() + " (" + status.get().errnoName() + ")",
                "see the firmware's log for its reason");
    }

    /** A return code of OP-TEE's own interface. */
    static HeapException smc(String what, int code) {
        HeapError error = switch (code) {
            case OpteeSmc.ETHREAD_LIMIT, OpteeSmc.EBUSY -> HeapError.BUSY;
            case OpteeSmc.ENOMEM -> HeapError.NO_MEMORY;
            case OpteeSmc.ENOTAVAIL, OpteeSmc.UNKNOWN_FUNCTION -> HeapError.NOT_SUPPORTED;
            case OpteeSmc.EBADADDR, OpteeSmc.EBADCMD -> HeapError.FIRMWARE_REFUSED;
            default -> HeapError.PROTOCOL;
        };
        return new HeapException(error, what, "OP-TEE", "it answered " + smcName(code),
                "see the firmware's log for its reason");
    }

    private static String smcName(int code) {
        return switch (code) {
            case OpteeSmc.ETHREAD_LIMIT -> "ETHREAD_LIMIT";
            case OpteeSmc.EBUSY -> "EBUSY";
            case OpteeSmc.ERESUME -> "ERESUME";
            case OpteeSmc.EBADADDR -> "EBADADDR";
            case OpteeSmc.EBADCMD -> "EBADCMD";
            case OpteeSmc.ENOMEM -> "ENOMEM";
            case OpteeSmc.ENOTAVAIL -> "ENOTAVAIL";
            case OpteeSmc.UNKNOWN_FUNCTION -> "that there is no such function";
            default -> "with code 0x%x, which the interface does not have".formatted(code);
        };
    }

    /** A GlobalPlatform code, in a message or in place of its answer. */
    static HeapException tee(String what, int code) {
        HeapError error = switch (code) {
            case TeeCode.OUT_OF_MEMORY -> HeapError.NO_MEMORY;
            case TeeCode.BUSY -> HeapError.BUSY;
            case TeeCode.NOT_IMPLEMENTED, TeeCode.NOT_SUPPORTED -> HeapError.NOT_SUPPORTED;
            case TeeCode.CANCEL -> HeapError.CANCELLED;
            default -> HeapError.FIRMWARE_REFUSED;
        };
        return new HeapException(error, what, "OP-TEE", "it answered " + TeeCode.name(code),
                "see the firmware's log for its reason");
    }

    /** The driver has let go of what is needed. */
    static HeapException leaving(String what) {
        return new HeapException(HeapError.UNAVAILABLE, what, "the driver of OP-TEE", "it is being stopped",
                "use the heap or TEE that takes its place");
    }
}
