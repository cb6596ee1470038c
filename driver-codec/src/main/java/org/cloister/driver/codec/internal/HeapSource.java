// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importers;
import org.cloister.platform.driver.DeviceImporter;

/**
 * Where memory of the driver's own comes from. The heap is looked up by name for each allocation, so that it may appear
 * late.
 *
 * @param heaps where it is looked up
 * @param importers what attaches buffers
 * @param name the heap's
 */
record HeapSource(Heaps heaps, Importers importers, String name) {
    /** A buffer, and the device that it is for. */
    record Attached(DmaBuf buffer, Attachment attachment) {}

    /**
     * Allocates a buffer and attaches it to a device.
     *
     * @param what what it is, for people who look at buffers
     * @throws HeapException what the heap or the importer says; then nothing is allocated
     */
    Attached allocate(String what, long size, DeviceImporter importer, Access access) {
        Heap heap = heaps.find(name).orElseThrow(() -> new HeapException(HeapError.NO_SUCH_HEAP,
                "allocate " + what, "heap " + name, heaps.explain(name).toString(),
                "deploy a backend that serves it, or name another heap"));
        DmaBuf buffer = heap.allocate(AllocationRequest.of(size).named(what));
        try {
            return new Attached(buffer, importers.attach(buffer, importer, access));
        } catch (HeapException e) {
            buffer.close();
            throw e;
        }
    }

    /** Runs {@code action} when the heap can serve allocations; never if the driver stops first. */
    void whenAvailable(Runnable action) {
        heaps.whenAvailable(name).thenRun(action);
    }
}
