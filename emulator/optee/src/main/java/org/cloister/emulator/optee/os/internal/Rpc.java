// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.OpteeRpc;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;

/**
 * Requests of the trusted OS to the normal world: a message is left where both sides know, the thread leaves the
 * processor, and the answer is in the message when it is resumed. What the normal world answers is not trusted.
 *
 * <p>One for each call, on that call's thread.
 */
abstract class Rpc {
    /** Bytes of a message with the most parameters a request has. */
    static final long MESSAGE_SIZE = OpteeMessage.size(OpteeRpc.MAX_PARAMS);

    private final PhysicalMemory memory;
    private final MemorySegment message = Arena.ofAuto().allocate(MESSAGE_SIZE, 16);

    Rpc(PhysicalMemory memory) {
        this.memory = memory;
    }

    /** Where a request is put. */
    record Place(MemoryObject object, long offset) {}

    /** Finds where to put a request, asking the normal world for memory if need be; empty when it gives none. */
    abstract Optional<Place> place(SecureThread thread);

    /** By what the normal world finds the place. */
    abstract long placeCookie();

    /** Makes an object of the memory that the normal world describes in the first parameter; empty if it is no good. */
    abstract Optional<Hold> allocated(SecureThread thread, MemorySegment message, long at, long size);

    /** Forgets that object and what the normal world registered for it. */
    abstract void forget(SecureThread thread, Hold payload);

    /** Gives back what was kept for requests, at the end of the call. */
    abstract void finish(SecureThread thread);

    /**
     * Makes a request that has one value.
     *
     * @return the normal world's return code
     */
    final int request(SecureThread thread, int command, long a, long b, long c) {
        Optional<Place> place = place(thread);
        if (place.isEmpty()) {
            return TeeCode.OUT_OF_MEMORY;
        }
        message.fill((byte) 0);
        OpteeMessage.write(message, 0, command, 0, 0, 0, 1);
        OpteeMessage.result(message, 0, TeeCode.GENERIC); // in case the normal world does not set it
        OpteeParameter.value(message, OpteeMessage.paramAt(0, 0), OpteeParameter.VALUE_INPUT, a, b, c);
        ObjectAccess.write(memory, place.get().object(), place.get().offset(), message);
        thread.suspend(new Suspension.Command(placeCookie()));
        ObjectAccess.read(memory, place.get().object(), place.get().offset(), message);
        return OpteeMessage.result(message, 0);
    }

    /** Waits until somebody sends a notification; may return early. */
    final void awaitNotification(SecureThread thread, int value) {
        request(thread, OpteeRpc.NOTIFICATION, OpteeRpc.NOTIFICATION_WAIT, value, 0);
    }

    /** Sends a notification. */
    final void sendNotification(SecureThread thread, int value) {
        request(thread, OpteeRpc.NOTIFICATION, OpteeRpc.NOTIFICATION_SEND, value, 0);
    }

    /** Gets memory of the normal world; empty when it gives none that is good. */
    final Optional<Hold> allocate(SecureThread thread, long size) {
        int code = request(thread, OpteeRpc.SHM_ALLOC, OpteeRpc.SHM_APPLICATION, size, 8);
        if (code != TeeCode.SUCCESS || OpteeMessage.paramCount(message, 0) != 1) {
            return Optional.empty();
        }
        long at = OpteeMessage.paramAt(0, 0);
        long cookie = OpteeParameter.reference(message, at);
        Optional<Hold> payload = allocated(thread, message, at, size);
        if (payload.isEmpty() && cookie != OpteeParameter.NO_HANDLE) {
            request(thread, OpteeRpc.SHM_FREE, OpteeRpc.SHM_APPLICATION, cookie, 0);
        }
        return payload;
    }

    /** Gives such memory back. */
    final void free(SecureThread thread, Hold payload) {
        long cookie = payload.object().cookie();
        payload.release(thread);
        forget(thread, payload);
        request(thread, OpteeRpc.SHM_FREE, OpteeRpc.SHM_APPLICATION, cookie, 0);
    }
}
