// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.tee.internal;

import java.util.Optional;
import java.util.function.Predicate;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.SecureCopier;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.layout.RestrictedCopy;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;

/**
 * Copies from memory that OP-TEE guards to memory of another backend that a trusted application in OP-TEE guards; the
 * application that copies looks at both. Safe for use by any thread.
 */
public final class OpteeCopier implements SecureCopier {
    private final OpteeTee tee;
    private final Pool pool;
    private final Predicate<Pool> own;
    private volatile Optional<Boolean> installed = Optional.empty();

    /**
     * Copies from one pool.
     *
     * @param tee OP-TEE, as a client of this backend's own
     * @param pool the pool
     * @param own tells pools of this backend, which are for other use cases
     */
    public OpteeCopier(OpteeTee tee, Pool pool, Predicate<Pool> own) {
        this.tee = tee;
        this.pool = pool;
        this.own = own;
    }

    /** {@inheritDoc} Whether OP-TEE has the application that copies is asked once. */
    @Override
    public boolean reaches(Pool target) {
        return isWithin(target) && isInstalled();
    }

    private boolean isWithin(Pool target) {
        return target != pool && !own.test(target) && target.tee().filter(tee.id()::equals).isPresent();
    }

    private boolean isInstalled() {
        if (installed.isEmpty()) {
            try (TeeSession session = tee.open(RestrictedCopy.APPLICATION, Login.PUBLIC)) {
                installed = Optional.of(session.application().equals(RestrictedCopy.APPLICATION));
            } catch (HeapException e) {
                installed = e.error() == HeapError.FIRMWARE_REFUSED ? Optional.of(false) : installed;
                return false;
            }
        }
        return installed.get();
    }

    @Override
    public void copy(PoolBuffer from, Pool target, PoolBuffer to) {
        String what = "copy a buffer within OP-TEE";
        if (!isWithin(target)) {
            throw new HeapException(HeapError.UNREACHABLE, what, "pool " + target,
                    "OP-TEE does not guard its memory", "ask reaches() first");
        }
        if (to.size() < from.size()) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, "%d bytes".formatted(to.size()),
                    "there are %d bytes to copy".formatted(from.size()), "give at least as many");
        }
        try (SharedMemory source = tee.know(pool, from, Direction.INPUT);
                SharedMemory destination = tee.know(target, to, Direction.OUTPUT);
                TeeSession session = tee.open(RestrictedCopy.APPLICATION, Login.PUBLIC)) {
            TeeResult result = session.invoke(RestrictedCopy.COPY, Param.Memory.all(source),
                    new Param.Memory(destination, 0, from.size(), Direction.OUTPUT));
            if (!result.isSuccess()) {
                throw new HeapException(HeapError.FIRMWARE_REFUSED, what, "pool " + target,
                        "the trusted application answered %s".formatted(TeeCode.name(result.code())),
                        "give it memory that is restricted in the same way");
            }
        }
    }
}
