// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.tee.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;
import org.cloister.backend.optee.abi.internal.Message;
import org.cloister.backend.optee.abi.internal.SharedPages;
import org.cloister.platform.Window;
import org.cloister.tee.Direction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Normal memory that was taken to be shared. */
final class SharedBlock extends OpteeMemory {
    private static final Logger LOG = LoggerFactory.getLogger(SharedBlock.class);

    private final SharedPages pages;
    private final Window window;
    private final MemorySegment segment;

    /**
     * Takes over pages and a window on them.
     *
     * @param window readable and writable, as long as the memory is to be
     */
    SharedBlock(SharedPages pages, Window window, Direction direction, Consumer<OpteeMemory> onClosed) {
        super(window.length(), direction, onClosed);
        this.pages = pages;
        this.window = window;
        this.segment = window.segment();
    }

    @Override
    public Optional<MemorySegment> segment() {
        return Optional.of(segment);
    }

    @Override
    void write(Message message, int index, Direction way, long offset, long length) {
        message.memory(index, way, pages.reference(), offset, length);
    }

    @Override
    void dispose() {
        try {
            window.close();
        } catch (IllegalStateException e) {
            LOG.warn("{} stays shared, for native code is using it", this, e);
            return;
        }
        pages.close();
    }

    @Override
    public String toString() {
        return "0x%x bytes of shared memory".formatted(size());
    }
}
