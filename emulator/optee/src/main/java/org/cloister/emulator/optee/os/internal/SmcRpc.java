// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.platform.layout.OpteeParameter;

/**
 * Requests over OP-TEE's SMC interface: they are put behind the message that is being served if the caller left room
 * there, else in memory that the normal world is asked for, once a call or once for many if it allowed that.
 */
final class SmcRpc extends Rpc {
    private final SmcMemory memory;
    private final PageLists lists;
    private final RpcCache cache;
    private final Optional<Place> given;
    private Optional<Hold> asked = Optional.empty();

    /**
     * Makes the requests of one call.
     *
     * @param given where the caller left room, if it did
     */
    SmcRpc(Machine machine, SmcMemory memory, PageLists lists, RpcCache cache, Optional<Place> given) {
        super(machine.memory());
        this.memory = memory;
        this.lists = lists;
        this.cache = cache;
        this.given = given;
    }

    @Override
    Optional<Place> place(SecureThread thread) {
        if (given.isPresent()) {
            return given;
        }
        if (asked.isEmpty()) {
            asked = cache.take(thread.id());
        }
        if (asked.isEmpty()) {
            Resumption answer = thread.suspend(new Suspension.Allocate(MESSAGE_SIZE));
            Optional<Hold> room = answer.address() % 8 == 0
                    ? contiguous(answer.address(), MESSAGE_SIZE, answer.cookie())
                    : Optional.empty();
            if (room.isEmpty()) {
                free(thread, answer.cookie());
            }
            asked = room;
        }
        return asked.map(room -> new Place(room.object(), 0));
    }

    private Optional<Hold> contiguous(long address, long size, long cookie) {
        if (memory.reserved(address, size).isPresent()) {
            return Optional.of(Hold.permanent(
                    new MemoryRange(MemoryRange.Kind.RESERVED, cookie, address, size)));
        }
        return Pages.aligned(address) && size <= Pages.SIZE
                ? memory.temporary(new long[] {address}, 0, cookie)
                : Optional.empty();
    }

    private static void free(SecureThread thread, long cookie) {
        if (cookie != 0) {
            thread.suspend(new Suspension.Free(cookie));
        }
    }

    @Override
    long placeCookie() {
        return asked.map(room -> room.object().cookie()).orElse(0L);
    }

    @Override
    Optional<Hold> allocated(SecureThread thread, MemorySegment message, long at, long size) {
        long attributes = OpteeParameter.attributes(message, at);
        long address = OpteeParameter.address(message, at);
        long length = OpteeParameter.size(message, at);
        long cookie = OpteeParameter.reference(message, at);
        if (length < size) {
            return Optional.empty();
        }
        if (attributes == OpteeParameter.TMEM_OUTPUT) {
            return contiguous(address, length, cookie);
        }
        if (attributes == (OpteeParameter.TMEM_OUTPUT | OpteeParameter.NONCONTIGUOUS)) {
            return lists.read(address, length)
                    .flatMap(pages -> memory.temporary(pages, (int) (address & Pages.MASK), cookie));
        }
        return Optional.empty();
    }

    @Override
    void forget(SecureThread thread, Hold payload) {
        // it was known for this call only
    }

    @Override
    void finish(SecureThread thread) {
        if (given.isPresent()) {
            cache.take(thread.id()).ifPresent(room -> giveBack(thread, room));
        }
        asked.filter(room -> !cache.keep(thread.id(), room)).ifPresent(room -> giveBack(thread, room));
        asked = Optional.empty();
    }

    private static void giveBack(SecureThread thread, Hold room) {
        free(thread, room.object().cookie());
        room.release(thread);
    }
}
