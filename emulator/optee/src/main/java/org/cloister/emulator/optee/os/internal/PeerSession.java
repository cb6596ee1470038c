// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.cloister.emulator.optee.TaAnswer;
import org.cloister.emulator.optee.TaArgument;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaPeer;
import org.cloister.tee.Direction;

/** A session that one application has with another. */
final class PeerSession implements TaPeer {
    private final TaManager manager;
    private final TaContext owner;
    private final int id;

    private PeerSession(TaManager manager, TaContext owner, int id) {
        this.manager = manager;
        this.owner = owner;
        this.id = id;
    }

    static TaPeer open(TaManager manager, CallView call, UUID application, TaArgument... arguments) {
        TaContext owner = call.context();
        Operation operation = operation(arguments);
        TaManager.Opened opened = manager.open(call.thread(), owner.peers, application,
                ClientIdentity.application(owner.uuid()), operation);
        if (opened.verdict().code() != 0) {
            throw new TaException(opened.verdict().code(), "session with " + application + " was refused");
        }
        return new PeerSession(manager, owner, opened.session());
    }

    @Override
    public TaAnswer invoke(TaCall call, int command, TaArgument... arguments) {
        Operation operation = operation(arguments);
        Verdict verdict = manager.invoke(own(call).thread(), owner.peers, id, command, operation);
        List<TaArgument.Value> values = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        for (int i = 0; i < Operation.PARAMS; i++) {
            values.add(new TaArgument.Value(operation.a(i), operation.b(i), Direction.INOUT));
            sizes.add(operation.size(i));
        }
        return new TaAnswer(verdict.code(), verdict.origin(), values, sizes);
    }

    @Override
    public void close(TaCall call) {
        manager.close(own(call).thread(), owner.peers, id);
    }

    private CallView own(TaCall call) {
        if (call instanceof CallView view && view.context() == owner) {
            return view;
        }
        throw new IllegalArgumentException("a session is used in calls of the instance that opened it");
    }

    private static Operation operation(TaArgument... arguments) {
        var operation = new Operation();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case TaArgument.None none -> { }
                case TaArgument.Value value ->
                        operation.value(i, TaParamType.value(value.direction()), value.a(), value.b());
                case TaArgument.Memory memory -> {
                    if (!(memory.memory() instanceof ObjectView view)) {
                        throw new IllegalArgumentException("memory is not from the call that is served");
                    }
                    operation.borrow(i, TaParamType.memory(memory.direction()),
                            view.hold(), view.offset(), view.size());
                }
            }
        }
        return operation;
    }
}
