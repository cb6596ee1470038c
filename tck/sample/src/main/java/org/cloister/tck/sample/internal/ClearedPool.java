// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample.internal;

import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.tck.machine.SmallMachine;
import org.cloister.tck.sample.ForwardingPool;

/** Has firmware clear every buffer before it is handed out. */
final class ClearedPool extends ForwardingPool {
    private final SmallMachine machine;

    ClearedPool(Pool pool, SmallMachine machine) {
        super(pool);
        this.machine = machine;
    }

    @Override
    public PoolBuffer allocate(long size, long alignment) {
        PoolBuffer buffer = super.allocate(size, alignment);
        machine.clear(buffer.address(0), buffer.size());
        return buffer;
    }
}
