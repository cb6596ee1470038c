// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.driver;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloister.heap.Access;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Mapping;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How the thread of a driver maps: without waiting. Core moves a buffer only when its devices have let go, so a driver
 * whose thread waited in core for the end of a move would keep that very move waiting. What cannot be mapped now is
 * tried again when {@link #movers} are done.
 */
@ProviderType
public final class PromptMapping {
    private PromptMapping() {}

    /**
     * Maps a buffer.
     *
     * @param access what the device will do
     * @return empty while memory management has the buffer
     * @throws HeapException what {@link Attachment#map} says, but {@code TIMED_OUT}
     */
    public static Optional<Mapping> of(Attachment attachment, Access access) {
        try {
            return Optional.of(attachment.map(access, Duration.ZERO));
        } catch (HeapException e) {
            if (e.error() == HeapError.TIMED_OUT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Who moves any of these buffers, and is not done yet. */
    public static List<Fence> movers(Stream<Attachment> attachments) {
        return attachments.flatMap(one -> one.reservation().pending(Fence.Usage.KERNEL).stream()).toList();
    }
}
