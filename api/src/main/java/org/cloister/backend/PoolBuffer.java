// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import java.util.OptionalInt;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Memory that a pool handed out. Immutable as far as these methods go; core keeps it until {@link Pool#free}.
 */
@ConsumerType
public interface PoolBuffer {
    /** Bytes: at least what was asked for, a multiple of the granularity. */
    long size();

    /** How many physically contiguous pieces; 1 when the pool is contiguous. */
    default int segments() {
        return 1;
    }

    /** The physical address of a piece. */
    long address(int segment);

    /** Bytes of a piece; all pieces add up to {@link #size()}. */
    default long length(int segment) {
        return size();
    }

    /** The descriptor of the dma-buf, where the memory is a real kernel's; owned by the pool. */
    default OptionalInt fd() {
        return OptionalInt.empty();
    }
}
