// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.util.UUID;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.HeapBench;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;

/** Buffers as parameters of calls of the trusted OS that the same bundle registers. */
@Category("TEE use of buffers")
final class SessionChecks {
    private static final UUID NOBODY = UUID.fromString("00000000-0000-4000-8000-00000000dead");
    private static final String BORROW = "Look behind the buffer with BackendHost.borrow, and hold what it returns until "
            + "the registration is closed.";

    /** Registers; where the backend does not declare it, the refusal is asserted and nothing returned. */
    private static SharedMemory registered(HeapBench bench, DmaBuf buffer) {
        Tee tee = bench.tee();
        if (bench.declares("tee")) {
            return bench.keep(tee.register(buffer, Direction.INPUT));
        }
        bench.absent("registering a buffer that no trusted OS knows", HeapError.INVALID_ARGUMENT,
                () -> tee.register(buffer, Direction.INPUT).close());
        return null;
    }

    @Check(clause = "The trusted OS of the bundle takes buffers of its heaps, if the capability declares tee=true.",
            remedy = BORROW)
    void buffersAreRegistered(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        SharedMemory memory = registered(bench, buffer);
        if (memory != null) {
            Expect.that(memory.size() == buffer.size(), "%d bytes are registered of %d", memory.size(), buffer.size());
        }
    }

    @Check(clause = "A registered buffer's memory does not go back while the registration lasts.", remedy = BORROW)
    void aRegistrationKeepsTheBuffer(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        long during = bench.usage().buffers();
        SharedMemory memory = registered(bench, buffer);
        if (memory != null) {
            buffer.close();
            Expect.that(bench.usage().buffers() == during, "the buffer is gone, and the trusted OS still has it");
            memory.close();
            Expect.that(bench.usage().buffers() == during - 1, "the registration is closed, and the buffer still live");
        }
    }

    @Check(clause = "A registration can be closed twice.", remedy = "Remember that it was closed, and do nothing then.")
    void aRegistrationIsClosedTwice(HeapBench bench) {
        SharedMemory memory = registered(bench, bench.obtain(bench.modest()));
        if (memory != null) {
            memory.close();
            Expect.works("closing a registration again", memory::close);
        }
    }

    @Check(clause = "A closed buffer cannot be registered.", remedy = BORROW)
    void aClosedBufferIsNotRegistered(HeapBench bench) {
        Tee tee = bench.tee();
        DmaBuf buffer = bench.obtain(bench.modest());
        buffer.close();
        Expect.refusal("registering a closed buffer", () -> tee.register(buffer, Direction.INPUT).close(),
                HeapError.CLOSED);
    }

    @Check(clause = "A parameter that leaves a registered buffer is refused before any call.",
            remedy = "Compare offset and length with the size of the registration, without overflow.")
    void parametersStayWithinTheBuffer(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        SharedMemory memory = registered(bench, buffer);
        if (memory != null) {
            long size = memory.size();
            for (long[] range : new long[][] {{size - 1, 2}, {size, 1}, {8, Long.MAX_VALUE}, {0, size + 1}}) {
                Expect.refusal("%d bytes at offset %d of %d".formatted(range[1], range[0], size), () -> bench.tee()
                        .open(NOBODY, Login.PUBLIC, new Param.Memory(memory, range[0], range[1], Direction.INPUT)).close(),
                        HeapError.OUT_OF_BOUNDS, HeapError.INVALID_ARGUMENT);
            }
        }
    }

    @Check(clause = "A session with an application that is not there is refused with FIRMWARE_REFUSED.",
            remedy = "Turn the trusted OS's ITEM_NOT_FOUND into FIRMWARE_REFUSED, with code and origin as the reason.")
    void anUnknownApplicationIsRefused(HeapBench bench) {
        Expect.refusal("opening a session with an application that is not there",
                () -> bench.tee().open(NOBODY, Login.PUBLIC).close(), HeapError.FIRMWARE_REFUSED);
    }
}
