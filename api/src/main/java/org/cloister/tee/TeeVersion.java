// SPDX-License-Identifier: Apache-2.0
package org.cloister.tee;

import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a trusted OS is and can do (Linux: {@code struct tee_ioctl_version_data}).
 *
 * @param implementation the number of the implementation: OP-TEE 1, AMD-TEE 2, TS-TEE 3, QTEE 4
 * @param name the implementation's name and version, for people
 * @param implementationCapabilities bits that the implementation defines
 * @param capabilities what it can do
 */
@ProviderType
public record TeeVersion(
        int implementation, String name, int implementationCapabilities, Set<Capability> capabilities) {
    /** OP-TEE. */
    public static final int OPTEE = 1;
    /** The trusted OS of AMD's secure processor. */
    public static final int AMDTEE = 2;
    /** Arm Trusted Services. */
    public static final int TSTEE = 3;
    /** Qualcomm's TEE. */
    public static final int QTEE = 4;

    /** Things that not every trusted OS can do. The order is that of the bits of Linux's {@code TEE_GEN_CAP_*}. */
    @ProviderType
    public enum Capability {
        /** Follows GlobalPlatform. */
        GLOBAL_PLATFORM,
        /** A device for the supplicant. */
        PRIVILEGED,
        /** Takes memory that the client registers. */
        REGISTERED_MEMORY,
        /** Accepts memory parameters without memory. */
        NULL_MEMORY,
        /** Invokes objects. */
        OBJECTS
    }

    /** Copies the set. */
    public TeeVersion {
        capabilities = Set.copyOf(capabilities);
    }
}
