// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Live direct buffers of Netty's pooled allocator, with thread caches. */
@State(Scope.Thread)
public class NettyBuffers {
    private static final int BLOCK = 4096;

    /** Live allocations. */
    @Param({"100", "10000", "1000000"})
    public int live;

    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true, 1, 1, 8192, 9, 256, 64, true);
    private ByteBuf[] buffers;
    private LiveSet set;

    /** Fills up. */
    @Setup(Level.Trial)
    public void fill() {
        set = new LiveSet(live);
        buffers = new ByteBuf[live];
        for (int slot : LiveSet.shuffled(live)) {
            buffers[slot] = allocator.directBuffer(BLOCK, BLOCK);
        }
    }

    /** Gives gigabytes back. */
    @TearDown(Level.Trial)
    public void empty() {
        for (ByteBuf buffer : buffers) {
            buffer.release();
        }
    }

    /** Frees one and allocates another. */
    ByteBuf replace() {
        int index = set.next();
        buffers[index].release();
        return buffers[index] = allocator.directBuffer(BLOCK, BLOCK);
    }
}
