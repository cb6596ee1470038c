// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.function.Consumer;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heaps;
import org.cloister.importer.Importers;
import org.cloister.importer.Invalidation;
import org.cloister.platform.driver.DeviceImporter;
import org.cloister.platform.driver.Patience;

/**
 * What a session gets from its driver.
 *
 * @param name what it is called in errors
 * @param heaps where memory for pictures is looked up
 * @param importers what attaches buffers
 * @param heap the name of the heap for pictures
 * @param bitstream the device as a reader
 * @param pictures the device as a writer
 * @param patience how long to wait for memory management and for the device
 * @param heldFrames how many pictures the client holds
 */
record SessionContext(String name, Heaps heaps, Importers importers, String heap, DeviceImporter bitstream,
        DeviceImporter pictures, Patience patience, int heldFrames) {
    PictureMemory newPictureMemory() {
        return new PictureMemory(heaps, importers, heap, pictures);
    }

    /** Attaches bitstream. */
    InputJob newInput(DmaBuf buffer, long length, long timestamp) {
        return new InputJob(bitstream, importers.attach(buffer, bitstream, Access.READ), length, timestamp);
    }

    /** Tells {@code user} when core takes the memory away. */
    void watch(InputJob job, Consumer<Invalidation> user) {
        bitstream.use(job.attachment(), user);
    }

    /** Tells {@code user} when core takes the memory away. */
    void watch(PictureBuffer picture, Consumer<Invalidation> user) {
        pictures.use(picture.attachment(), user);
    }
}
