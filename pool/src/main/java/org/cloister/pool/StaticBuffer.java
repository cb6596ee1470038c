// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

/** A buffer of a {@link StaticPool}. */
final class StaticBuffer extends ContiguousBuffer<StaticPool> {
    StaticBuffer(StaticPool pool, long address, long size) {
        super(pool, address, size);
    }
}
