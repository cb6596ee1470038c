// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.mali;

import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A GPU that a board has, as its device tree describes it. Registered as a service. Its registers are reached through
 * the CPU's view of {@link org.cloister.platform.PhysicalMemory}.
 *
 * @param name the full path of its node
 * @param registers the physical address of its first register
 * @param jobLine the interrupt line of the firmware
 * @param mmuLine the interrupt line of the address spaces
 * @param gpuLine the interrupt line of all else
 * @param initiator under whose name it accesses memory in normal mode
 * @param protectedInitiator under whose name it does in protected mode
 */
@ProviderType
public record MaliGpu(String name, long registers, int jobLine, int mmuLine, int gpuLine, String initiator,
        String protectedInitiator) {
    /** The {@code compatible} of a node. Its three interrupts are those of firmware, address spaces, and all else. */
    public static final String COMPATIBLE = "arm,mali-valhall-csf";
    /** The name of the child that says which initiator the GPU is in protected mode. */
    public static final String PROTECTED_NODE = "protected";

    /** Checks that nothing is missing. */
    public MaliGpu {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(initiator, "initiator");
        Objects.requireNonNull(protectedInitiator, "protectedInitiator");
    }
}
