// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import org.cloister.platform.dt.HeapProperties;
import org.cloister.platform.dt.InitiatorProperties;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The properties by which a device tree tells the emulator what no binding of the kernel has a word for. A tree that
 * has none of them is a board with a CPU, its memory, and a firewall of the profile {@code lab}.
 *
 * <p>A grant is {@code "WHO:RIGHTS"}: the name of an initiator, {@code *} for the whole normal world or {@code secure}
 * for the whole secure world; then {@code r}, {@code w} or {@code rw}. What no grant gives, nobody has.
 *
 * <p>Memory nodes ({@code device_type = "memory"}) with {@code status = "okay"} are normal RAM, by default granted as
 * {@code "*:rw", "secure:rw"}; those with {@code status = "disabled"} and {@code secure-status = "okay"} are secure
 * RAM, by default granted as {@code "secure:rw"}.
 */
@ProviderType
public final class BoardProperties {
    /**
     * Of the root, a string: the firewall's profile, {@code "tzc-400"}, {@code "k3"}, {@code "vpr"} or {@code "lab"}.
     */
    public static final String FIREWALL = "cloister,firewall";
    /** Of a device, a string: the name of the initiator that the device is; several devices may be one. */
    public static final String INITIATOR = InitiatorProperties.NAME;
    /** Of a device, or of {@code /cpus}, a cell: the id that its accesses carry; 0 for the CPU by default. */
    public static final String INITIATOR_ID = InitiatorProperties.ID;
    /** Of a device, a flag: its accesses are secure ones. */
    public static final String SECURE = InitiatorProperties.SECURE;
    /**
     * Of a device, a flag: its accesses are those of a mode in which what it knows must not get out, so that normal RAM
     * with default grants lets it read, and not write.
     */
    public static final String PROTECTED = "cloister,protected";
    /** Of a memory node or a child of {@code /reserved-memory}, a list of strings: who may do what there. */
    public static final String GRANTS = HeapProperties.GRANTS;
    /** Of a node below {@code /firmware}, a string: the {@link Firmware} that boots for it. */
    public static final String FIRMWARE = "cloister,firmware";

    private BoardProperties() {
    }
}
