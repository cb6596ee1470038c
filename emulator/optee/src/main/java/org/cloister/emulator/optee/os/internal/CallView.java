// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.cloister.emulator.optee.TaArgument;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaPeer;
import org.cloister.tee.TeeCode;

/** A call as the application that serves it sees it. For the thread of that call. */
final class CallView implements TaCall {
    private static final Hold NOTHING =
            Hold.permanent(new MemoryRange(MemoryRange.Kind.RESERVED, 0, 0, 0));

    /**
     * What others get when an application asks whether it is cancelled: the call that cancels runs on a virtual thread
     * too, and there may be no other processor for it. (A thread that yields may be taken up again before those that
     * never ran.)
     */
    private static final long TURN_NANOS = 20_000;

    private final TaManager manager;
    private final Machine machine;
    private final SecureThread thread;
    private final ClientSession session;
    private final Operation operation;
    private final List<ObjectView> views = new ArrayList<>();
    private final List<Hold> payloads = new ArrayList<>();

    CallView(TaManager manager, Machine machine, SecureThread thread, ClientSession session, Operation operation) {
        this.manager = manager;
        this.machine = machine;
        this.thread = thread;
        this.session = session;
        this.operation = operation;
    }

    SecureThread thread() {
        return thread;
    }

    TaContext context() {
        return session.context();
    }

    /** Takes back what the application had for the duration of the call. */
    void end() {
        views.forEach(ObjectView::end);
        payloads.forEach(payload -> thread.rpc().free(thread, payload));
    }

    @Override
    public TaParamType type(int index) {
        return operation.type(index);
    }

    @Override
    public void require(TaParamType... types) {
        for (int i = 0; i < Operation.PARAMS; i++) {
            TaParamType wanted = i < types.length ? types[i] : TaParamType.NONE;
            if (operation.type(i) != wanted) {
                throw new TaException(TeeCode.BAD_PARAMETERS,
                        "parameter %d is %s, not %s".formatted(i, operation.type(i), wanted));
            }
        }
    }

    @Override
    public int a(int index) {
        return operation.a(index);
    }

    @Override
    public int b(int index) {
        return operation.b(index);
    }

    @Override
    public void value(int index, int a, int b) {
        if (!operation.type(index).isValue()) {
            throw new IllegalArgumentException("parameter %d is no value".formatted(index));
        }
        operation.values(index, a, b);
    }

    @Override
    public TaMemory memory(int index) {
        if (!operation.type(index).isMemory()) {
            throw new IllegalArgumentException("parameter %d is no memory".formatted(index));
        }
        Hold hold = operation.memory(index).isPresent() ? operation.hold(index) : NOTHING;
        return view(hold, operation.offset(index), hold == NOTHING ? 0 : operation.size(index));
    }

    private ObjectView view(Hold hold, long offset, long size) {
        var view = new ObjectView(machine, hold, offset, size);
        views.add(view);
        return view;
    }

    @Override
    public void written(int index, long size) {
        if (!operation.type(index).isMemory() || size < 0) {
            throw new IllegalArgumentException("parameter %d is no memory, or %d no size".formatted(index, size));
        }
        operation.size(index, size);
    }

    @Override
    public boolean isCancelled() {
        boolean cancelled = session.cancelled().get();
        if (!cancelled) {
            LockSupport.parkNanos(TURN_NANOS);
        }
        return cancelled;
    }

    @Override
    public int clientLogin() {
        return session.client().login();
    }

    @Override
    public TaPeer open(UUID application, TaArgument... arguments) {
        return PeerSession.open(manager, this, application, arguments);
    }

    @Override
    public TaMemory allocateShared(long size) {
        if (size <= 0) {
            throw new TaException(TeeCode.BAD_PARAMETERS, size + " bytes of shared memory are wanted");
        }
        Hold payload = thread.rpc().allocate(thread, size).orElseThrow(() ->
                new TaException(TeeCode.OUT_OF_MEMORY, "the normal world gave no shared memory"));
        payloads.add(payload);
        return view(payload, 0, size);
    }

    @Override
    public RandomGenerator random() {
        return manager.random();
    }

    @Override
    public long nanos() {
        return machine.nanos();
    }
}
