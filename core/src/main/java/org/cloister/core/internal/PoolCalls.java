// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.function.Supplier;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls pools, which may throw anything, hang, or answer nonsense. What a pool refuses goes to the caller as it is;
 * everything else is misconduct: another backend may take over, and the caller gets {@code BACKEND_FAILED}. Calls run
 * on the caller's thread, watched.
 */
final class PoolCalls {
    private static final Logger LOG = LoggerFactory.getLogger(PoolCalls.class);

    /** What is told of a call that was found hanging. */
    static final String HUNG = "it did not return in time";

    private final Core core;

    PoolCalls(Core core) {
        this.core = core;
    }

    /** What the pool of {@code tenure} answers. */
    <T> T call(Tenure tenure, String what, Supplier<T> call) {
        T answer = null;
        Throwable thrown = null;
        int watched = core.watch().enter(tenure);
        try {
            answer = call.get();
        } catch (Throwable e) { // also errors: they are the backend's, not the caller's
            thrown = e;
        }
        boolean hung = core.watch().exit(watched);
        if (thrown != null) {
            throw failure(tenure, what, thrown, hung);
        }
        return answer;
    }

    /** Allocates from a tenure that was entered; answers memory that was checked. */
    PoolBuffer allocate(Tenure tenure, long size, long alignment) {
        PoolBuffer memory = null;
        Throwable thrown = null;
        String defect = null;
        int watched = core.watch().enter(tenure);
        try {
            memory = tenure.pool().allocate(size, alignment);
            defect = defect(memory, size, alignment, tenure.attributes());
        } catch (Throwable e) { // as above
            thrown = e;
        }
        boolean hung = core.watch().exit(watched);
        if (thrown == null && defect == null && !hung) {
            return memory;
        }
        if (memory != null) {
            giveBack(tenure, memory);
        }
        String what = "allocate " + size + " bytes";
        if (thrown != null) {
            throw failure(tenure, what, thrown, hung);
        }
        throw core.misconduct(tenure, what, hung ? HUNG : defect, null);
    }

    /** Frees memory of a buffer. What goes wrong is the backend's fault, and nobody else's business. */
    void free(Tenure tenure, PoolBuffer memory) {
        Throwable thrown = null;
        int watched = core.watch().enter(tenure);
        try {
            tenure.pool().free(memory);
        } catch (Throwable e) { // as above
            thrown = e;
        }
        core.watch().exit(watched);
        if (thrown != null) {
            core.misconduct(tenure, "free a buffer", "it threw " + thrown, thrown);
        }
    }

    private void giveBack(Tenure tenure, PoolBuffer memory) {
        try {
            call(tenure, "take back what it should not have handed out", () -> {
                tenure.pool().free(memory);
                return null;
            });
        } catch (HeapException e) {
            LOG.warn("heap {}: memory is lost", tenure.record().heap(), e);
        }
    }

    private HeapException failure(Tenure tenure, String what, Throwable thrown, boolean hung) {
        if (thrown instanceof HeapException refusal && !hung) {
            return refusal;
        }
        return core.misconduct(tenure, what, hung ? HUNG : "it threw " + thrown, thrown);
    }

    /** Why memory is not what was asked for, or {@code null} when it is. */
    private static String defect(PoolBuffer memory, long size, long alignment, HeapAttributes heap) {
        if (memory == null) {
            return "it returned nothing";
        }
        long got = memory.size();
        int segments = memory.segments();
        if (got < size || (got & heap.granularity() - 1) != 0) {
            return "it returned " + got + " bytes for " + size;
        }
        if (segments == 0 && memory.fd().isPresent()) {
            return null; // where it is, only the kernel knows
        }
        if (segments < 1 || segments > 1 && heap.contiguous()) {
            return "it returned " + segments + " segments";
        }
        if ((memory.address(0) & alignment - 1) != 0) {
            return "it returned memory at 0x" + Long.toHexString(memory.address(0)) + " where 0x"
                    + Long.toHexString(alignment) + " was the alignment";
        }
        long rest = got;
        for (int i = 0; i < segments; i++) {
            long address = memory.address(i);
            long length = memory.length(i);
            if (length < 1 || length > rest || (address & heap.granularity() - 1) != 0
                    || Long.compareUnsigned(address + length - 1, address) < 0
                    || heap.addressBits() < 64 && address + length - 1 >>> heap.addressBits() != 0) {
                return "it returned a segment of " + length + " bytes at 0x" + Long.toHexString(address);
            }
            rest -= length;
        }
        return rest == 0 ? null : "its segments are " + rest + " bytes short of " + got;
    }
}
