// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.time.Duration;

/**
 * How long the driver waits. Entering, becoming active, exiting and pinging are those of the series of May 2026; the
 * others are longer than Linux's 100 ms, because the machine of an emulated GPU may be busy.
 *
 * @param boot until the firmware has booted
 * @param answer until it answers any request but to enter protected mode
 * @param enter until it answers that
 * @param active until the GPU is in protected mode after that
 * @param exit until it has left protected mode before its work is done
 * @param ping between two questions whether the firmware lives
 * @param job until a composition is done
 * @param map to let go of memory that core moves or revokes, besides what the GPU takes
 */
public record Limits(Duration boot, Duration answer, Duration enter, Duration active, Duration exit, Duration ping,
        Duration job, Duration map) {
    /** Those that hold unless configured. */
    public static Limits standard(Duration job, Duration map) {
        return new Limits(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofMillis(4000), Duration.ofMillis(500),
                Duration.ofMillis(500), Duration.ofSeconds(12), job, map);
    }
}
