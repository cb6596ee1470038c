// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.function.Consumer;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.importer.Invalidation;
import org.cloister.platform.driver.DeviceImporter;
import org.cloister.platform.driver.Patience;

/**
 * What a session gets from its driver.
 *
 * @param name what it is called in errors
 * @param source where memory comes from
 * @param bitstream the device as a reader
 * @param pictures the device as a writer
 * @param internal the device as a user of memory of its own
 * @param firmware what the device runs
 * @param patience how long to wait for memory management and for the device
 * @param heldFrames how many pictures the client holds
 */
record SessionContext(String name, HeapSource source, DeviceImporter bitstream, DeviceImporter pictures,
        DeviceImporter internal, FirmwareSlot firmware, Patience patience, int heldFrames) {
    PictureMemory newPictureMemory() {
        return new PictureMemory(source, pictures);
    }

    InternalBuffers newInternalBuffers() {
        return new InternalBuffers(source, internal);
    }

    /** Attaches bitstream. */
    InputJob newInput(DmaBuf buffer, long length, long timestamp) {
        return new InputJob(
                bitstream, source.importers().attach(buffer, bitstream, Access.READ), length, timestamp);
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
