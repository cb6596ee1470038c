// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.ring.internal;

import java.time.Duration;

/**
 * How long to wait for the secure processor.
 *
 * @param mailbox for the answer to a mailbox command (Linux: 10 s)
 * @param full for a free entry (Linux: 1000 times 10 ms)
 * @param answer for the answer to a command (Linux: 10 s)
 * @param recovery from when the processor was found dead to when it is initialised again
 */
public record RingLimits(Duration mailbox, Duration full, Duration answer, Duration recovery) {}
