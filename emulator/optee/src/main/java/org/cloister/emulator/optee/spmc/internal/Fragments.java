// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import org.cloister.platform.conduit.SmcRegisters;

/**
 * Descriptors that come in fragments: each is put together from the TX buffer, and looked at when it is whole, whatever
 * the places at which it was cut. A fragment that is no good ends the transaction; a wrong handle or sender does not.
 *
 * <p>OP-TEE takes no fragments, so this is how TF-A's partition manager does it. Handles of transactions under way are
 * counted up and never those of memory. Guarded by the lock of {@link Buffers}.
 */
final class Fragments {
    /** The most bytes of a descriptor. */
    static final long MAX_LENGTH = 1 << 20;

    private static final int MOST = 16;
    private static final long FIRST_HANDLE = 0xFFFFFFC0L;

    private final Map<Long, Pending> pending = new LinkedHashMap<>();
    private long nextHandle = FIRST_HANDLE;

    /** A transaction of which fragments are missing. */
    private static final class Pending {
        private final SmcRegisters first = new SmcRegisters();
        private final MemorySegment descriptor;
        private final int sender;
        private long filled;

        private Pending(SmcRegisters call, int sender, long total) {
            first.copyFrom(call);
            this.sender = sender;
            this.descriptor = MemorySegment.ofArray(new byte[(int) total]);
        }
    }

    /** Tells whether another transaction can be begun. */
    boolean hasRoom() {
        return pending.size() < MOST;
    }

    /**
     * Begins a transaction with its first fragment.
     *
     * @return its handle
     */
    long begin(MemorySend send) {
        var begun = new Pending(send.call(), send.reader().sender(), send.total());
        begun.descriptor.asSlice(0, send.fragment()).copyFrom(send.fetched());
        begun.filled = send.fragment();
        long handle = nextHandle++;
        pending.put(handle, begun);
        return handle;
    }

    /** A call of FFA_MEM_FRAG_TX, as its rules see it. */
    Next next(SmcRegisters registers, Buffers buffers) {
        return new Next(registers, buffers, pending.get(registers.pair(1, 2)));
    }

    /** A further fragment. */
    final class Next {
        private final SmcRegisters registers;
        private final Buffers buffers;
        private final Pending transaction;

        private Next(SmcRegisters registers, Buffers buffers, Pending transaction) {
            this.registers = registers;
            this.buffers = buffers;
            this.transaction = transaction;
        }

        long handle() {
            return registers.pair(1, 2);
        }

        long length() {
            return Integer.toUnsignedLong(registers.w(3));
        }

        boolean isKnown() {
            return transaction != null;
        }

        boolean hasSameSender() {
            return registers.w(4) == transaction.sender << 16;
        }

        boolean isMapped() {
            return buffers.isMapped();
        }

        boolean fitsBuffer() {
            return length() <= buffers.size();
        }

        boolean fitsRest() {
            return length() <= transaction.descriptor.byteSize() - transaction.filled;
        }

        /** Where the next bytes go. */
        MemorySegment place() {
            return transaction.descriptor.asSlice(transaction.filled, length());
        }

        /** Counts the bytes that were put there. */
        void advance() {
            transaction.filled += length();
        }

        long filled() {
            return transaction.filled;
        }

        int sender() {
            return transaction.sender;
        }

        boolean isWhole() {
            return transaction.filled == transaction.descriptor.byteSize();
        }

        MemorySegment whole() {
            return transaction.descriptor;
        }

        SmcRegisters first() {
            return transaction.first;
        }

        /** Ends the transaction. */
        void end() {
            pending.remove(handle());
        }
    }

    String describe() {
        var text = new StringBuilder("fragments");
        pending.forEach((handle, one) -> text.append(" %x:%d/%d".formatted(
                handle, one.filled, one.descriptor.byteSize())));
        return text.append(" next ").append(nextHandle).toString();
    }
}
