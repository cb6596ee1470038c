// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.cloister.driver.codec.internal.InternalBuffer.Place;
import org.cloister.heap.DmaBuf;
import org.cloister.platform.device.InternalMemory;
import org.cloister.platform.device.InternalNeed;
import org.cloister.platform.driver.DeviceImporter;

/** The buffers that the device works in for a session. For the session's thread, but for {@link #snapshot}. */
final class InternalBuffers {
    private final HeapSource source;
    private final DeviceImporter importer;
    private final List<InternalBuffer> buffers = new ArrayList<>();
    private List<InternalNeed> needs = List.of();
    private volatile List<DmaBuf> snapshot = List.of();

    InternalBuffers(HeapSource source, DeviceImporter importer) {
        this.source = source;
        this.importer = importer;
    }

    /** From now on that is needed; what is of no use any more is released as soon as the device does not have it. */
    void require(List<InternalNeed> wanted) {
        needs = List.copyOf(wanted);
        prune();
    }

    /** Releases what is idle and of no use: not needed, or taken away for good. */
    void prune() {
        for (InternalBuffer buffer : List.copyOf(buffers)) {
            if (buffer.place() == Place.IDLE && (!fits(buffer) || buffer.memory().isRevoked())) {
                buffer.release();
                buffers.remove(buffer);
            }
        }
        publish();
    }

    private boolean fits(InternalBuffer buffer) {
        return need(buffer.purpose()).filter(need -> buffer.memory().buffer().size() >= need.size())
                .filter(need -> count(need) <= need.count() || buffer.place() == Place.DEVICE).isPresent();
    }

    private Optional<InternalNeed> need(InternalMemory purpose) {
        return needs.stream().filter(need -> need.purpose() == purpose).findFirst();
    }

    private long count(InternalNeed need) {
        return buffers.stream().filter(buffer -> buffer.purpose() == need.purpose())
                .filter(buffer -> buffer.memory().buffer().size() >= need.size()).count();
    }

    /**
     * Allocates what is missing.
     *
     * @throws org.cloister.heap.HeapException what the heap or the importer says; buffers that were had are kept
     */
    void allocate() {
        try {
            for (InternalNeed need : needs) {
                for (long i = count(need); i < need.count(); i++) {
                    String what = need.purpose().name().toLowerCase(Locale.ROOT).replace('_', ' ');
                    buffers.add(new InternalBuffer(need.purpose(), new OwnBuffer(source, what, need.size(), importer)));
                }
            }
        } finally {
            publish();
        }
    }

    /** Those that are there, lent or not: a copy. */
    List<InternalBuffer> buffers() {
        return List.copyOf(buffers);
    }

    /** Their memory, as it was a moment ago. For any thread. */
    List<DmaBuf> snapshot() {
        return snapshot;
    }

    private void publish() {
        snapshot = buffers.stream().map(buffer -> buffer.memory().buffer()).toList();
    }

    /** Releases all; the device's session is closed. */
    void close() {
        buffers.forEach(InternalBuffer::release);
        buffers.clear();
        publish();
    }
}
