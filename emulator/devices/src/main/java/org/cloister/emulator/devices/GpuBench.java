// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices;

import java.util.function.Consumer;
import org.cloister.emulator.devices.Panel.Clip;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The leads of an emulated GPU that a test bench can clip to. Registered as a service of the emulator; nothing of the
 * product but its test bench may use it.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface GpuBench {
    /** The full path of the GPU's node in the device tree. */
    String name();

    /**
     * Clips an analyser to the way between memory and shader cores: it sees what each job read, as it came from memory.
     *
     * @param analyser called on the device's thread for each job, before its result is written
     * @return takes the analyser off; prompt and idempotent
     */
    Clip analyse(Consumer<RenderedJob> analyser);

    /**
     * Stops the clock of the microcontroller: it answers nothing and begins nothing, until closed or reset. A job that
     * is on the shader cores is finished.
     *
     * @return starts the clock again; idempotent
     */
    Clip stall();

    /**
     * Stops the clock of the microcontroller when it comes to a point for the first time from now on: it has done what
     * leads there, and nothing after it. Goes on as after {@link #stall}.
     *
     * @param point where
     * @param reached called on the device's thread when it stands still there
     * @return takes the stop away, and starts the clock again if it holds; idempotent
     */
    Clip stallAt(Point point, Runnable reached);

    /** How often protected mode was entered. */
    long protectedEntries();

    /** How often it was reset. */
    long resets();

    /** A point in the life of a microcontroller. */
    enum Point {
        /** A stream has come to a protected region, and the host is told so. */
        ASKED_FOR_PROTECTED_MODE,
        /** It has acknowledged that the host wants protected mode, and is not in it. */
        ACKNOWLEDGED_PROTECTED_MODE,
        /** The GPU is in protected mode, and has executed nothing there. */
        ENTERED_PROTECTED_MODE
    }
}
