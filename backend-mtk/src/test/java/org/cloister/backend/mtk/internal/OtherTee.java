// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.Set;
import java.util.UUID;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeSession;
import org.cloister.tee.TeeVersion;

/** A trusted OS without applications, as that of another vendor on the same machine. */
record OtherTee(String id) implements Tee {
    @Override
    public TeeVersion version() {
        return new TeeVersion(TeeVersion.AMDTEE, id, 0, Set.of(TeeVersion.Capability.GLOBAL_PLATFORM));
    }

    @Override
    public TeeSession open(UUID application, Login login, Param... params) {
        throw new HeapException(HeapError.FIRMWARE_REFUSED, "open a session with " + application, "TEE " + id,
                "it has no applications", "install it");
    }

    @Override
    public SharedMemory allocate(long size, Direction direction) {
        throw new AssertionError("nothing is shared with it");
    }

    @Override
    public SharedMemory register(DmaBuf buffer, Direction direction) {
        throw new AssertionError("nothing is registered with it");
    }
}
