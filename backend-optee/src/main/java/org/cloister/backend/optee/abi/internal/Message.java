// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cloister.heap.HeapException;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.pool.Lender;
import org.cloister.tee.Direction;
import org.cloister.tee.TeeCode;

/**
 * A message to OP-TEE: begun, filled, sent, read, closed; then used again for another. Not safe for use by several
 * threads at a time.
 *
 * <p>What comes back is checked against what was sent: the trusted OS may change results, the session, and what
 * parameters that are outputs hold, and nothing else.
 */
public final class Message implements AutoCloseable {
    private static final int MOST_BYTES = (int) OpteeMessage.size(Messages.MOST_PARAMS);
    private static final int LAST_ORIGIN = 4;

    private final Messages owner;
    private final PhysicalMemory memory;
    private final Transport transport;
    private final Pages.Block page;
    private final long reference;
    private final int offset;
    private final MemorySegment sent = MemorySegment.ofArray(new byte[MOST_BYTES]);
    private final MemorySegment received = MemorySegment.ofArray(new byte[MOST_BYTES]);
    private String what = "";
    private int params;
    private boolean open;
    private boolean lost;

    Message(Messages owner, PhysicalMemory memory, Transport transport, Pages.Block page, long reference, int offset) {
        this.owner = owner;
        this.memory = memory;
        this.transport = transport;
        this.page = page;
        this.reference = reference;
        this.offset = offset;
    }

    void begin(String purpose, int command, int function, int session, int cancelId, int paramCount) {
        what = purpose;
        params = paramCount;
        open = true;
        OpteeMessage.write(sent, 0, command, function, session, cancelId, paramCount);
        for (int i = 0; i < paramCount; i++) {
            OpteeParameter.none(sent, OpteeMessage.paramAt(0, i));
        }
    }

    /** Writes a parameter word by word: a value, or one that only one interface has. */
    public Message words(int index, int attributes, long first, long second, long third) {
        OpteeParameter.value(sent, OpteeMessage.paramAt(0, index), attributes, first, second, third);
        return this;
    }

    /** Writes a part of memory that is shared or lent. */
    public Message memory(int index, Direction direction, long number, long start, long size) {
        transport.memory(sent, OpteeMessage.paramAt(0, index), direction, number, start, size);
        return this;
    }

    /** Writes memory that OP-TEE knows by its address. */
    public Message physical(int index, Direction direction, long address, long size) {
        transport.physical(sent, OpteeMessage.paramAt(0, index), direction, address, size);
        return this;
    }

    /** Writes no memory. */
    public Message nullMemory(int index, Direction direction) {
        transport.nullMemory(sent, OpteeMessage.paramAt(0, index), direction);
        return this;
    }

    /**
     * Has OP-TEE process it.
     *
     * @throws HeapException a refusal when it was not processed; {@code PROTOCOL} when the answer is no answer to it,
     *     {@code FIRMWARE_DEAD}
     */
    public void send() {
        long length = OpteeMessage.size(params);
        var place = new MessagePlace(page, reference, offset, (int) length);
        memory.write(place.address(), sent.asSlice(0, length));
        try {
            transport.process(what, place);
        } catch (RuntimeException | Error e) {
            lost = !Lender.isRefusal(e);
            throw e;
        }
        memory.read(place.address(), received.asSlice(0, length));
        check();
    }

    private void check() {
        boolean same = OpteeMessage.command(received, 0) == OpteeMessage.command(sent, 0)
                && OpteeMessage.function(received, 0) == OpteeMessage.function(sent, 0)
                && OpteeMessage.cancelId(received, 0) == OpteeMessage.cancelId(sent, 0)
                && OpteeMessage.pad(received, 0) == 0
                && OpteeMessage.paramCount(received, 0) == params
                && (OpteeMessage.command(sent, 0) == OpteeMessage.OPEN_SESSION
                        || OpteeMessage.session(received, 0) == OpteeMessage.session(sent, 0));
        for (int i = 0; i < params && same; i++) {
            same = checkParam(OpteeMessage.paramAt(0, i));
        }
        int origin = OpteeMessage.origin(received, 0);
        if (!same || origin < 0 || origin > LAST_ORIGIN) {
            throw Refusals.protocol(what, "OP-TEE", "what it left behind is no answer to the message");
        }
    }

    /** An output may change what it holds; of memory, that is its size. */
    private boolean checkParam(long at) {
        int type = OpteeParameter.type(sent, at);
        boolean memoryParam = type >= OpteeParameter.RMEM_INPUT;
        boolean output = (type & 2) != 0;
        return word(at, 0)
                && (output && !memoryParam || word(at, 8) && word(at, 24))
                && (output || word(at, 16));
    }

    private boolean word(long at, int offsetInParam) {
        return sent.get(ValueLayout.JAVA_LONG_UNALIGNED, at + offsetInParam)
                == received.get(ValueLayout.JAVA_LONG_UNALIGNED, at + offsetInParam);
    }

    /** Has OP-TEE process it, and refuses any result but success. */
    public void sendOrThrow() {
        send();
        int code = result();
        if (code != TeeCode.SUCCESS) {
            throw Refusals.tee(what, code);
        }
    }

    /** Tells whether OP-TEE may still be processing it, and use what its parameters refer to. */
    public boolean isLost() {
        return lost;
    }

    /** The return code, see {@link TeeCode}. */
    public int result() {
        return OpteeMessage.result(received, 0);
    }

    /** Who gave the return code, as a number from 1 to 4; zero when it does not say. */
    public int origin() {
        return OpteeMessage.origin(received, 0);
    }

    /** The session. */
    public int session() {
        return OpteeMessage.session(received, 0);
    }

    /** The first number of a value that came back. */
    public long a(int index) {
        return OpteeParameter.a(received, OpteeMessage.paramAt(0, index));
    }

    /** The second number of a value that came back. */
    public long b(int index) {
        return OpteeParameter.b(received, OpteeMessage.paramAt(0, index));
    }

    /** The third number of a value that came back. */
    public long c(int index) {
        return OpteeParameter.c(received, OpteeMessage.paramAt(0, index));
    }

    /** Bytes of memory that came back. */
    public long size(int index) {
        return OpteeParameter.size(received, OpteeMessage.paramAt(0, index));
    }

    /** Gives it back, unless OP-TEE may still write to it. Idempotent. */
    @Override
    public void close() {
        if (open) {
            open = false;
            owner.put(this, !lost);
        }
    }
}
