// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloister.heap.Access;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Mapping;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.driver.DeviceImporter;
import org.cloister.platform.driver.Patience;
import org.cloister.platform.driver.PromptMapping;

/** Bitstream that a session was given. For the session's thread, but for what says otherwise. */
final class InputJob {
    private final DeviceImporter importer;
    private final Attachment attachment;
    private final long length;
    private final long timestamp;
    private final List<Fence> writers;
    private final Fence read;
    private volatile Optional<Mapping> mapping = Optional.empty();
    private boolean ready;

    /** Takes over an attachment, and announces the device as a reader of the buffer. */
    InputJob(DeviceImporter importer, Attachment attachment, long length, long timestamp) {
        this.importer = importer;
        this.attachment = attachment;
        this.length = length;
        this.timestamp = timestamp;
        this.writers = attachment.reservation().pending(Fence.Usage.WRITE);
        this.read = new Fence("%s at %d".formatted(importer.name(), timestamp));
        attachment.reservation().add(read, Fence.Usage.READ);
    }

    Attachment attachment() {
        return attachment;
    }

    /** Who wrote the bitstream, and may not be done yet. */
    List<Fence> writers() {
        return writers;
    }

    /** Who moves the bitstream, and is not done yet. */
    List<Fence> movers() {
        return PromptMapping.movers(Stream.of(attachment));
    }

    /** Signalled when the job is over. For any thread. */
    Fence read() {
        return read;
    }

    long timestamp() {
        return timestamp;
    }

    /** Whether the writers are done. */
    boolean isReady() {
        return ready;
    }

    void becomeReady() {
        ready = true;
    }

    /** Maps the buffer for the device, and gives the descriptor; nothing while {@link #movers} move it. */
    Optional<List<MemoryRange>> begin() {
        mapping = PromptMapping.of(attachment, Access.READ);
        return mapping.map(opened -> MemoryRange.of(opened, length));
    }

    /** Waits until the device has read what it was given; at once when it was given nothing. For any thread. */
    void awaitDevice(Patience patience) {
        if (mapping.isPresent()) {
            patience.await(read);
        }
    }

    /** The device has read it. */
    void succeed() {
        end();
        read.signal();
    }

    /** The device will not read it. */
    void fail(HeapException reason) {
        end();
        read.fail(reason);
    }

    private void end() {
        mapping.ifPresent(Mapping::close);
        importer.detach(attachment);
    }
}
