// SPDX-License-Identifier: Apache-2.0
package org.cloister.tee;

import java.util.List;
import java.util.Objects;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The answer of a trusted application.
 *
 * @param code a GlobalPlatform return code; see {@link TeeCode}
 * @param origin who gave the code
 * @param params the parameters afterwards: outputs updated, sizes of memory set to what was written or wanted
 */
@ProviderType
public record TeeResult(int code, Origin origin, List<Param> params) {
    /** Who gave a return code (GlobalPlatform: {@code TEEC_ORIGIN_*}, in the order of their numbers from 1 on). */
    @ProviderType
    public enum Origin {
        /** The client side. */
        API,
        /** What is between client and trusted OS. */
        COMMS,
        /** The trusted OS. */
        TEE,
        /** The trusted application. */
        TRUSTED_APPLICATION;

        /** {@return the number in messages} */
        public int number() {
            return ordinal() + 1;
        }
    }

    /** Copies the list. */
    public TeeResult {
        Objects.requireNonNull(origin, "origin");
        params = List.copyOf(params);
    }

    /** {@return whether the code is success} */
    public boolean isSuccess() {
        return code == TeeCode.SUCCESS;
    }

    /**
     * The numbers that came back in a parameter.
     *
     * @param index the parameter's place, from 0 on
     * @return the numbers
     * @throws HeapException {@code INVALID_ARGUMENT} when there is no value in that place
     */
    public Param.Value value(int index) {
        if (index >= 0 && index < params.size() && params.get(index) instanceof Param.Value value) {
            return value;
        }
        throw new HeapException(HeapError.INVALID_ARGUMENT, "read a TEE result", "parameter " + index,
                "it is not a value", "read it as what was passed");
    }

    /**
     * This result, if it is success.
     *
     * @param what what was tried, for the error
     * @return this
     * @throws HeapException {@code FIRMWARE_REFUSED}, or {@code NO_MEMORY}, {@code CANCELLED}, {@code FIRMWARE_DEAD}
     *     where the code says so
     */
    public TeeResult orElseThrow(String what) {
        if (isSuccess()) {
            return this;
        }
        HeapError error = switch (code) {
            case TeeCode.OUT_OF_MEMORY -> HeapError.NO_MEMORY;
            case TeeCode.CANCEL -> HeapError.CANCELLED;
            case TeeCode.TARGET_DEAD -> HeapError.FIRMWARE_DEAD;
            default -> HeapError.FIRMWARE_REFUSED;
        };
        throw new HeapException(error, what, "TEE (" + origin + ")", TeeCode.name(code),
                "see the trusted application's documentation for this code");
    }
}
