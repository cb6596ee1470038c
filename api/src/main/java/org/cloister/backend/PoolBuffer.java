// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import java.util.OptionalInt;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Memory that a pool handed out. Immutable as far as these methods go; core keeps it until {@link Pool#free}.
 */
@ConsumerType
public interface PoolBuffer {
    /** {@return bytes: at least what was asked for, a multiple of the granularity} */
    long size();

    /**
     * {@return how many physically contiguous pieces; 1 when the pool is contiguous; 0 when nobody in this process knows
     * where they are, as with a real kernel's memory} Then there is an {@link #fd}, and drivers of this framework cannot
     * attach the buffer.
     */
    default int segments() {
        return 1;
    }

    /**
     * The physical address of a piece.
     *
     * @param segment the piece's number, from 0 on
     * @return the address of its first byte
     */
    long address(int segment);

    /**
     * The length of a piece. All pieces add up to {@link #size()}.
     *
     * @param segment the piece's number, from 0 on
     * @return bytes
     */
    default long length(int segment) {
        return size();
    }

    /** {@return the descriptor of the dma-buf, where the memory is a real kernel's; owned by the pool} */
    default OptionalInt fd() {
        return OptionalInt.empty();
    }
}
