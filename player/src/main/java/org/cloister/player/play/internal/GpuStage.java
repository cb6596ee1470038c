// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.util.Objects;
import org.cloister.driver.panthor.PanthorDriver;
import org.cloister.emulator.devices.GpuBench;

/**
 * A GPU between decoder and display, and what a test bench sees of it.
 *
 * @param driver its driver
 * @param leads where an analyser is clipped to
 */
public record GpuStage(PanthorDriver driver, GpuBench leads) {
    /** Checks that nothing is missing. */
    public GpuStage {
        Objects.requireNonNull(driver, "driver");
        Objects.requireNonNull(leads, "leads");
    }
}
