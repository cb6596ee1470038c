// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.jmx.internal;

/** All heaps together, as consoles for JMX see them. Read when asked. Only reads. */
@Says("All heaps of Cloister together")
public interface CoreMXBean {
    /** Whatever their state. */
    @Says("Heaps that anybody ever served")
    int getHeaps();

    /** Part of {@link #getHeaps}. */
    @Says("Of them, those that a backend serves now")
    int getAvailableHeaps();

    /** Of all heaps and owners. */
    @Says("Live buffers of all heaps")
    long getBuffers();

    /** In bytes. */
    @Says("Their bytes")
    long getBufferBytes();

    /** In bytes; a heap that does not tell counts nothing. */
    @Says("Bytes withdrawn now in all heaps that tell")
    long getQuarantinedBytes();

    /**
     * A sentence each, the decisive one first.
     *
     * @param name any name, also of a heap that is not there
     */
    @Says("Why a heap is, or is not, available, also one that has no bean")
    String[] explain(@Says("Any name") String name);
}
