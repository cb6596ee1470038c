// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.jmx.internal;

/**
 * A heap as consoles for JMX see it. All attributes but the generation are of one reading, which is as old as the
 * configuration allows at most; null is what the backend does not tell. Only reads.
 */
@Says("A heap of Cloister")
public interface HeapMXBean {
    /** Never changes. */
    @Says("The heap's name")
    String getName();

    /** One of {@link org.cloister.heap.HeapState}. */
    @Says("AVAILABLE, DRAINING or UNAVAILABLE")
    String getState();

    /** An empty string while there is none. */
    @Says("Who serves it; empty while nobody does")
    String getBackend();

    /** Known from events only, so null until there was one. */
    @Says("How many backends have come to serve it; null until one came while the bundle ran")
    Long getGeneration();

    /** In bytes. */
    @Says("Bytes that it has or may grow to")
    Long getCapacityBytes();

    /** In bytes. */
    @Says("Bytes of the capacity that are not free")
    Long getUsedBytes();

    /** In bytes. */
    @Says("Bytes that are not allocated")
    Long getFreeBytes();

    /** In bytes. */
    @Says("Bytes that one allocation would get")
    Long getLargestFreeBytes();

    /** In bytes. */
    @Says("Bytes withdrawn now because they could not be taken back")
    Long getQuarantinedBytes();

    /** Those of backends that are leaving included. */
    @Says("Live buffers")
    Long getBuffers();

    /** Part of {@link #getBuffers}. */
    @Says("Live buffers of backends that are leaving")
    Long getDrainingBuffers();

    /** Only where there is a firewall. */
    @Says("Firewall regions that it occupies")
    Integer getRegionsUsed();

    /** Shared with everybody. */
    @Says("Firewall regions that the hardware has left for anybody")
    Integer getRegionsLeft();

    /** A sentence each, the decisive one first. */
    @Says("Why it is, or is not, available")
    String[] explain();
}
