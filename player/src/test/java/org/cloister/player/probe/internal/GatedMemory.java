// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.cloister.heap.Access;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.Window;

/** Memory as a device sees it, where the device can be stopped in the middle of its work. */
final class GatedMemory implements PhysicalMemory {
    private final PhysicalMemory memory;
    private volatile Optional<Stop> stop = Optional.empty();

    GatedMemory(PhysicalMemory memory) {
        this.memory = memory;
    }

    /** An access that the device is to wait with. */
    static final class Stop {
        private final LongPredicate where;
        private final CompletableFuture<Void> reached = new CompletableFuture<>();
        private final CompletableFuture<Void> passed = new CompletableFuture<>();

        private Stop(LongPredicate where) {
            this.where = where;
        }

        /** Waits until the device stands there. */
        void await() {
            assertThat(reached).as("the device comes there").succeedsWithin(60, TimeUnit.SECONDS);
        }

        /** Lets the device go on. */
        void goOn() {
            passed.complete(null);
        }

        /** Has the access end in an error that no device expects. */
        void breakDown() {
            passed.completeExceptionally(new IllegalStateException("broken by the test"));
        }
    }

    /** From now on the device waits before it touches such an address. Each stop is passed before the next is made. */
    Stop stopAt(LongPredicate where) {
        Stop next = new Stop(where);
        stop = Optional.of(next);
        return next;
    }

    /** Lets the device go on wherever it stands. */
    void open() {
        stop.ifPresent(Stop::goOn);
    }

    private PhysicalMemory at(long address) {
        stop.filter(here -> here.where.test(address)).ifPresent(here -> {
            here.reached.complete(null);
            here.passed.join();
        });
        return memory;
    }

    @Override
    public Initiator initiator() {
        return memory.initiator();
    }

    @Override
    public byte readByte(long address) {
        return at(address).readByte(address);
    }

    @Override
    public void writeByte(long address, byte value) {
        at(address).writeByte(address, value);
    }

    @Override
    public int readInt(long address) {
        return at(address).readInt(address);
    }

    @Override
    public void writeInt(long address, int value) {
        at(address).writeInt(address, value);
    }

    @Override
    public long readLong(long address) {
        return at(address).readLong(address);
    }

    @Override
    public void writeLong(long address, long value) {
        at(address).writeLong(address, value);
    }

    @Override
    public void read(long address, MemorySegment into) {
        at(address).read(address, into);
    }

    @Override
    public void write(long address, MemorySegment from) {
        at(address).write(address, from);
    }

    @Override
    public void fill(long address, long length, byte value) {
        at(address).fill(address, length, value);
    }

    @Override
    public Window open(long address, long length, Access access) {
        return at(address).open(address, length, access);
    }
}
