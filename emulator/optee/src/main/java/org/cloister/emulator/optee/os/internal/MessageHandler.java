// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.UUID;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves messages that OP-TEE's two interfaces have in common, and hands the others to what differs between them. Safe
 * for use by the threads of the trusted OS.
 */
final class MessageHandler {
    /** What a call returns that carries a message nobody knows: {@code TEE_ERROR_NOT_IMPLEMENTED}. */
    static final int UNKNOWN = TeeCode.NOT_IMPLEMENTED;

    /** Bits of a physical address, as the trusted OS tells the normal world. */
    private static final int WIDTH = 64;
    private static final Logger LOG = LoggerFactory.getLogger(MessageHandler.class);

    private final Machine machine;
    private final ProtectedMemory policy;
    private final ParameterMemory parameters;
    private final TaManager applications;
    private final Notifications notifications;
    private final CoreMapping mapping;
    private final MessageExtension extension;

    /** Messages of one interface only. */
    interface MessageExtension {
        /** Serves a message; false when it does not know the command. */
        boolean serve(SecureThread thread, Message message);

        /** The bytes that describe to the normal world who is to get access to lent memory; may be none. */
        byte[] accessList();
    }

    MessageHandler(Machine machine, ProtectedMemory policy, ParameterMemory parameters, TaManager applications,
            Notifications notifications, CoreMapping mapping, MessageExtension extension) {
        this.machine = machine;
        this.policy = policy;
        this.parameters = parameters;
        this.applications = applications;
        this.notifications = notifications;
        this.mapping = mapping;
        this.extension = extension;
    }

    /**
     * Serves a message.
     *
     * @return success, or {@link #UNKNOWN}; what it came to is in the message
     */
    int serve(SecureThread thread, Message message) {
        thread.checkpoint();
        switch (message.command()) {
            case OpteeMessage.OPEN_SESSION -> open(thread, message);
            case OpteeMessage.CLOSE_SESSION -> close(thread, message);
            case OpteeMessage.INVOKE_COMMAND -> invoke(thread, message);
            case OpteeMessage.CANCEL -> cancel(message);
            case OpteeMessage.DO_BOTTOM_HALF -> LOG.debug("no driver has a bottom half");
            case OpteeMessage.STOP_ASYNC_NOTIF -> notifications.stop();
            case OpteeMessage.GET_PROTMEM_CONFIG -> {
                if (!(policy instanceof ProtectedMemory.Dynamic dynamic)) {
                    return UNKNOWN;
                }
                configure(thread, message, dynamic);
            }
            default -> {
                return extension.serve(thread, message) ? TeeCode.SUCCESS : UNKNOWN;
            }
        }
        return TeeCode.SUCCESS;
    }

    private void open(SecureThread thread, Message message) {
        var operation = new Operation();
        Verdict verdict = Verdict.tee(TeeCode.BAD_PARAMETERS);
        int session = 0;
        Optional<ClientIdentity> client = client(message);
        if (client.isPresent()) {
            int code = copyIn(message, 2, operation);
            verdict = Verdict.tee(code);
            if (code == TeeCode.SUCCESS) {
                TaManager.Opened opened = applications.open(thread, applications.normalSessions(),
                        uuid(message, 0), client.get(), operation);
                verdict = opened.verdict();
                session = opened.session();
                copyOut(message, 2, operation);
            }
            operation.release(thread);
        }
        message.session(session);
        answer(message, verdict);
    }

    /** Who opens a session, from the two parameters that are for the trusted OS; empty if they are not as they must. */
    private static Optional<ClientIdentity> client(Message message) {
        long meta = OpteeParameter.META | OpteeParameter.VALUE_INPUT;
        if (message.paramCount() < 2 || message.attributes(0) != meta || message.attributes(1) != meta) {
            return Optional.empty();
        }
        int login = (int) OpteeParameter.c(message.copy(), message.param(1));
        return ClientIdentity.normal(login, uuid(message, 1));
    }

    private static UUID uuid(Message message, int index) {
        long at = message.param(index);
        return new UUID(Long.reverseBytes(OpteeParameter.a(message.copy(), at)),
                Long.reverseBytes(OpteeParameter.b(message.copy(), at)));
    }

    private void close(SecureThread thread, Message message) {
        int code = message.paramCount() == 0
                ? applications.close(thread, applications.normalSessions(), message.session())
                : TeeCode.BAD_PARAMETERS;
        answer(message, Verdict.tee(code));
    }

    private void invoke(SecureThread thread, Message message) {
        var operation = new Operation();
        int code = copyIn(message, 0, operation);
        Verdict verdict = Verdict.tee(code);
        if (code == TeeCode.SUCCESS) {
            verdict = applications.invoke(thread, applications.normalSessions(), message.session(),
                    message.function(), operation);
            copyOut(message, 0, operation);
        }
        operation.release(thread);
        answer(message, verdict);
    }

    private void cancel(Message message) {
        int code = message.paramCount() == 0
                ? applications.cancel(applications.normalSessions(), message.session())
                : TeeCode.BAD_PARAMETERS;
        answer(message, Verdict.tee(code));
    }

    private static void answer(Message message, Verdict verdict) {
        message.result(verdict.code());
        message.origin(verdict.origin().number());
    }

    /**
     * Takes over the parameters of an application; memory that was found so far is in the operation also when this
     * fails.
     */
    private int copyIn(Message message, int first, Operation operation) {
        int count = message.paramCount() - first;
        if (count > Operation.PARAMS) {
            return TeeCode.BAD_PARAMETERS;
        }
        MemorySegment copy = message.copy();
        for (int i = 0; i < count; i++) {
            long at = message.param(first + i);
            if ((OpteeParameter.attributes(copy, at) & OpteeParameter.META) != 0) {
                return TeeCode.BAD_PARAMETERS;
            }
            int type = OpteeParameter.type(copy, at);
            switch (type) {
                case OpteeParameter.NONE -> { }
                case OpteeParameter.VALUE_INPUT -> value(operation, i, TaParamType.VALUE_INPUT, copy, at);
                case OpteeParameter.VALUE_OUTPUT -> value(operation, i, TaParamType.VALUE_OUTPUT, copy, at);
                case OpteeParameter.VALUE_INOUT -> value(operation, i, TaParamType.VALUE_INOUT, copy, at);
                default -> {
                    int code = parameters.resolve(copy, at, operation, i);
                    if (code != TeeCode.SUCCESS) {
                        return code;
                    }
                }
            }
        }
        return TeeCode.SUCCESS;
    }

    private static void value(Operation operation, int index, TaParamType type, MemorySegment copy, long at) {
        operation.value(index, type, (int) OpteeParameter.a(copy, at), (int) OpteeParameter.b(copy, at));
    }

    private static void copyOut(Message message, int first, Operation operation) {
        int count = Math.min(message.paramCount() - first, Operation.PARAMS);
        for (int i = 0; i < count; i++) {
            TaParamType type = operation.type(i);
            if (type.isOutput() && type.isMemory()) {
                message.size(first + i, operation.size(i));
            } else if (type.isOutput()) {
                message.value(first + i,
                        Integer.toUnsignedLong(operation.a(i)), Integer.toUnsignedLong(operation.b(i)));
            }
        }
    }

    private void configure(SecureThread thread, Message message, ProtectedMemory.Dynamic dynamic) {
        message.origin(TeeResult.Origin.TEE.number());
        if (message.paramCount() != 2) {
            message.result(TeeCode.BAD_PARAMETERS);
            return;
        }
        var operation = new Operation();
        int code = copyIn(message, 0, operation);
        if (code == TeeCode.SUCCESS) {
            code = checkConfigure(operation);
        }
        Optional<MemoryObject> buffer = operation.memory(1);
        boolean mapped = false;
        if (code == TeeCode.SUCCESS && buffer.isPresent()) {
            code = mapping.map(buffer.get());
            mapped = code == TeeCode.SUCCESS;
        }
        if (code == TeeCode.SUCCESS) {
            code = needs(operation, dynamic);
            copyOut(message, 0, operation);
            message.third(0, WIDTH);
        }
        if (mapped) {
            mapping.unmap(buffer.get());
        }
        operation.release(thread);
        message.result(code);
    }

    private static int checkConfigure(Operation operation) {
        if (operation.type(0) != TaParamType.VALUE_INOUT || operation.type(1) != TaParamType.MEMORY_OUTPUT
                || operation.a(0) < 0 || operation.a(0) == Integer.MAX_VALUE) {
            return TeeCode.BAD_PARAMETERS;
        }
        return TeeCode.SUCCESS;
    }

    private int needs(Operation operation, ProtectedMemory.Dynamic dynamic) {
        ProtectedMemory.Needs needs = dynamic.needs().get(operation.a(0));
        if (needs == null) {
            return TeeCode.BAD_PARAMETERS;
        }
        byte[] list = extension.accessList();
        operation.values(0, (int) needs.size(), (int) needs.alignment());
        boolean fits = list.length == 0
                || operation.memory(1).isPresent() && operation.size(1) >= list.length;
        if (list.length > 0) {
            if (fits) {
                ObjectAccess.write(machine.memory(), operation.memory(1).orElseThrow(), operation.offset(1),
                        MemorySegment.ofArray(list));
            }
            operation.size(1, list.length);
        }
        return fits ? TeeCode.SUCCESS : TeeCode.SHORT_BUFFER;
    }
}
