// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import java.util.Arrays;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Emulated firmware that traces can be replayed on. */
@ProviderType
public enum FirmwareModel {
    /** OP-TEE as partition manager of FF-A, with memory that is lent. */
    OPTEE_FFA("optee-ffa"),
    /** OP-TEE with its own interface, with memory that is lent. */
    OPTEE_SMC("optee-smc"),
    /** OP-TEE with its own interface, with memory of its own. */
    OPTEE_STATIC("optee-static");

    private final String label;

    FirmwareModel(String label) {
        this.label = label;
    }

    /** What commands call it. */
    public String label() {
        return label;
    }

    /** The model that commands call so. */
    public static Optional<FirmwareModel> named(String label) {
        return Arrays.stream(values()).filter(model -> model.label.equals(label)).findFirst();
    }
}
