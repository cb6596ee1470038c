// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How much of a heap is used, taken at one moment; with other threads at work the figures may be a moment apart.
 *
 * @param capacity bytes that the backend manages or may grow to; empty when it cannot tell, as with a kernel's heap
 * @param free bytes that are not allocated
 * @param largestFree bytes of the largest block that one allocation at the heap's granularity would get
 * @param quarantined bytes withdrawn because their reclaim failed, those of backends that are being drained included
 * @param buffers live buffers, those of backends that are being drained included
 * @param draining live buffers of backends that are being drained
 * @param regionsUsed firewall regions that this heap occupies; empty when no firewall is involved or nobody can tell
 * @param regionsLeft firewall regions that the hardware has left for anybody
 */
@ProviderType
public record HeapUsage(
        OptionalLong capacity,
        OptionalLong free,
        OptionalLong largestFree,
        long quarantined,
        long buffers,
        long draining,
        OptionalInt regionsUsed,
        OptionalInt regionsLeft) {}
