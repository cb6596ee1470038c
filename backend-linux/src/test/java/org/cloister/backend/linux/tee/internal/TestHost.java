// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.tee.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolUsage;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapAttributes;

/** Core with one buffer, which lends it and counts. */
final class TestHost implements BackendHost {
    private final int fd;
    private final List<Runnable> actions = new ArrayList<>();
    private int borrowed;

    TestHost(int fd) {
        this.fd = fd;
    }

    int borrowed() {
        return borrowed;
    }

    void revoke() {
        actions.forEach(Runnable::run);
    }

    @Override
    public BorrowedBuffer borrow(DmaBuf buffer) {
        borrowed++;
        return new Loan();
    }

    private final class Loan implements BorrowedBuffer {
        private boolean closed;

        @Override
        public Pool pool() {
            return new OneBuffer();
        }

        @Override
        public PoolBuffer memory() {
            return new Memory();
        }

        @Override
        public void onRevoke(Runnable action) {
            actions.add(action);
        }

        @Override
        public void close() {
            borrowed -= closed ? 0 : 1;
            closed = true;
        }
    }

    private final class Memory implements PoolBuffer {
        @Override
        public long size() {
            return 4096;
        }

        @Override
        public int segments() {
            return 0;
        }

        @Override
        public long address(int segment) {
            throw new IndexOutOfBoundsException(segment);
        }

        @Override
        public OptionalInt fd() {
            return OptionalInt.of(fd);
        }
    }

    private final class OneBuffer implements Pool {
        @Override
        public HeapAttributes attributes() {
            return HeapAttributes.builder().build();
        }

        @Override
        public PoolUsage usage() {
            return PoolUsage.unknown();
        }

        @Override
        public PoolBuffer allocate(long size, long alignment) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void free(PoolBuffer buffer) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void destroy() {
            throw new UnsupportedOperationException();
        }

        @Override
        public TeeMemory teeMemory(PoolBuffer buffer) {
            return new TeeMemory.Descriptor(fd);
        }
    }

    @Override
    public void offersChanged() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void failed(Pool pool, String why) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void quarantined(Pool pool, long address, long size, String why) {
        throw new UnsupportedOperationException();
    }
}
