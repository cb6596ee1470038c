// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.report;

import java.util.Optional;
import java.util.OptionalLong;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How a heap stood at one moment, for those who watch figures. Immutable.
 *
 * @param state whether it serves
 * @param backend who serves it, or an empty string
 * @param usage empty when its backend does not tell
 */
@ProviderType
public record HeapReading(HeapState state, String backend, Optional<HeapUsage> usage) {
    /**
     * Asks a heap; a backend that fails to tell how much is used is no error.
     *
     * @param heap the heap
     * @return what it says
     */
    public static HeapReading of(Heap heap) {
        Optional<HeapUsage> usage;
        try {
            usage = Optional.of(heap.usage());
        } catch (HeapException silent) {
            usage = Optional.empty();
        }
        return new HeapReading(heap.state(), heap.backend(), usage);
    }

    /**
     * Bytes of the capacity that are not free.
     *
     * @param usage what the heap told
     * @return bytes; empty when it did not tell one of both
     */
    public static OptionalLong used(HeapUsage usage) {
        return usage.capacity().isPresent() && usage.free().isPresent()
                ? OptionalLong.of(usage.capacity().getAsLong() - usage.free().getAsLong()) : OptionalLong.empty();
    }
}
