// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Interrupts;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.mali.MaliGpu;

/**
 * What a driver reaches its GPU by.
 *
 * @param gpu where it is
 * @param cpu the CPU's view of memory and registers
 * @param interrupts the board's lines
 * @param area where normal memory is taken from
 * @param files where the firmware is
 */
public record GpuWiring(MaliGpu gpu, PhysicalMemory cpu, Interrupts interrupts, ContiguousArea area,
        FirmwareFiles files) {}
