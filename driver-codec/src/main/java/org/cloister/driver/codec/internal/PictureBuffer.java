// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.List;
import java.util.Optional;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Mapping;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.driver.DeviceImporter;
import org.cloister.platform.driver.PromptMapping;

/**
 * A buffer of the driver's that holds one picture after the other. For the session's thread, but for {@link #writing}.
 *
 * <table>
 *   <caption>Where it is</caption>
 *   <tr><th>from</th><th>to</th><th>when</th></tr>
 *   <tr><td>IDLE</td><td>WAITING</td><td>it is to be written again</td></tr>
 *   <tr><td>WAITING</td><td>DEVICE</td><td>the readers of the previous picture are done</td></tr>
 *   <tr><td>WAITING</td><td>IDLE</td><td>they are, but the session failed meanwhile, or the device refused it</td></tr>
 *   <tr><td>DEVICE</td><td>CLIENT</td><td>a picture is in it</td></tr>
 *   <tr><td>DEVICE</td><td>IDLE</td><td>the device gave it back without a picture</td></tr>
 *   <tr><td>CLIENT</td><td>IDLE</td><td>the client gave it back</td></tr>
 *   <tr><td>any other</td><td>RELEASED</td><td>it is too small, or the session is closed</td></tr>
 * </table>
 * All else is an error of the driver's, and refused.
 */
final class PictureBuffer {
    /** Where a buffer is. */
    enum Place {
        IDLE, WAITING, DEVICE, CLIENT, RELEASED;

        /** Whether the table has that transition. */
        boolean leadsTo(Place next) {
            return switch (this) {
                case IDLE -> next == WAITING || next == RELEASED;
                case WAITING -> next == DEVICE || next == IDLE || next == RELEASED;
                case DEVICE -> next == CLIENT || next == IDLE || next == RELEASED;
                case CLIENT -> next == IDLE || next == RELEASED;
                case RELEASED -> false;
            };
        }
    }

    private final DeviceImporter importer;
    private final DmaBuf buffer;
    private final Attachment attachment;
    private Optional<Mapping> mapping = Optional.empty();
    private Place place = Place.IDLE;
    private boolean invalidated;
    private long cookie;
    private volatile Fence writing;

    /** Takes over buffer and attachment, which close with this. */
    PictureBuffer(DeviceImporter importer, DmaBuf buffer, Attachment attachment) {
        this.importer = importer;
        this.buffer = buffer;
        this.attachment = attachment;
        this.writing = new Fence("no picture yet");
        writing.signal();
    }

    DmaBuf buffer() {
        return buffer;
    }

    Attachment attachment() {
        return attachment;
    }

    Place place() {
        return place;
    }

    /**
     * Goes on to the next place.
     *
     * @throws IllegalStateException and nothing changes, when the table has no such transition
     */
    void move(Place next) {
        if (!place.leadsTo(next)) {
            throw new IllegalStateException(
                    "buffer %d is %s and cannot become %s".formatted(buffer.id(), place, next));
        }
        place = next;
    }

    /** Signalled when the device does not write it. */
    Fence writing() {
        return writing;
    }

    /** Core takes the memory from under the device. */
    void invalidate() {
        invalidated = true;
    }

    /** Tells, once, whether core took the memory from under the device. */
    boolean wasInvalidated() {
        boolean was = invalidated;
        invalidated = false;
        return was;
    }

    /** Lets go of the mapping; the next use maps anew. */
    void unmap() {
        mapping.ifPresent(Mapping::close);
        mapping = Optional.empty();
    }

    /** By which the device knows it, while it has it. */
    long cookie() {
        return cookie;
    }

    /**
     * Announces the device as a writer, and gives the descriptor; maps the buffer anew if it was moved. Nothing while
     * it is being moved.
     */
    Optional<List<MemoryRange>> begin(long newCookie) {
        if (mapping.filter(Mapping::isValid).isEmpty()) {
            mapping = PromptMapping.of(attachment, Access.WRITE);
        }
        if (mapping.isEmpty()) {
            return Optional.empty();
        }
        cookie = newCookie;
        List<MemoryRange> ranges = MemoryRange.of(mapping.get(), buffer.size());
        Fence fence = new Fence("%s, buffer %d".formatted(importer.name(), buffer.id()));
        attachment.reservation().add(fence, Fence.Usage.WRITE);
        writing = fence;
        return Optional.of(ranges);
    }

    /** The picture is there. */
    void written() {
        writing.signal();
    }

    /** There is no picture. */
    void notWritten(HeapException reason) {
        writing.fail(reason);
    }

    /** Gives the memory back; readers that are attached keep it until they are done. Idempotent. */
    void release() {
        if (place == Place.RELEASED) {
            return;
        }
        move(Place.RELEASED);
        unmap();
        importer.detach(attachment);
        buffer.close();
    }
}
