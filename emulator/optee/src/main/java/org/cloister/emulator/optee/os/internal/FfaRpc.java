// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.platform.layout.OpteeParameter;

/** Requests over FF-A: they are put behind the message that is being served, in the same shared memory. */
final class FfaRpc extends Rpc {
    private final FfaMemory shared;
    private final Place place;

    FfaRpc(Machine machine, FfaMemory shared, MemoryObject object, long offset) {
        super(machine.memory());
        this.shared = shared;
        this.place = new Place(object, offset);
    }

    @Override
    Optional<Place> place(SecureThread thread) {
        return Optional.of(place);
    }

    @Override
    long placeCookie() {
        return 0;
    }

    @Override
    Optional<Hold> allocated(SecureThread thread, MemorySegment message, long at, long size) {
        if (OpteeParameter.attributes(message, at) != OpteeParameter.RMEM_OUTPUT) {
            return Optional.empty();
        }
        Optional<Hold> hold = shared.get(
                OpteeParameter.reference(message, at), OpteeParameter.internalOffset(message, at));
        if (hold.isEmpty()) {
            return hold;
        }
        MemoryObject object = hold.get().object();
        if (!object.isSecure() && object.isMappable() && object.size() >= size) {
            return hold;
        }
        hold.get().release(thread);
        return Optional.empty();
    }

    @Override
    void forget(SecureThread thread, Hold payload) {
        shared.unregister(payload.object().cookie());
    }

    @Override
    void finish(SecureThread thread) {
        // the place is the caller's
    }
}
