// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.cloister.platform.conduit.OpteeRpc;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;

/**
 * What a driver of OP-TEE does: sends messages, and serves the requests that come back meanwhile. For one thread; each
 * thread of a test makes its own.
 */
public abstract class TeeClient {
    private static final int PUBLIC = 0;
    private static final UUID NOBODY = new UUID(0, 0);

    /** The machine. */
    protected final TestMachine machine;
    private final long page;
    private final List<Integer> requests = new CopyOnWriteArrayList<>();
    private Consumer<MemorySegment> server = this::serve;

    /**
     * Makes a client.
     *
     * @param page where its messages are
     */
    protected TeeClient(TestMachine machine, long page) {
        this.machine = machine;
        this.page = page;
    }

    /** Shares fresh memory with the trusted OS. */
    public abstract Memory share(long size);

    /** Ends that. */
    public abstract void unshare(Memory memory);

    /** Makes fresh memory restricted. */
    public abstract Memory restricted(long size, int useCase);

    /**
     * Gives restricted memory back to the normal world.
     *
     * @return whether it was taken back
     */
    public abstract boolean giveBack(Memory memory);

    /** Makes the call that carries a message, and returns the registers that came back at first. */
    protected abstract SmcRegisters begin();

    /** Serves requests until the call is done; returns its code. */
    protected abstract int finish(SmcRegisters registers);

    /** Memory for a request of the trusted OS. */
    protected abstract void allocated(MemorySegment message, Memory memory);

    /** Where messages are. */
    public final long page() {
        return page;
    }

    /** Lets another serve the requests of the trusted OS. */
    public final void requests(Consumer<MemorySegment> other) {
        server = other;
    }

    /** The commands of the requests so far. */
    public final List<Integer> requests() {
        return List.copyOf(requests);
    }

    /** Sends a message whose header is given. */
    public final Reply send(int command, int function, int session, Param... parameters) {
        begin(command, function, session, parameters);
        return finishMessage(command, begin());
    }

    /** Sends a message up to the point where the call comes back first. */
    public final SmcRegisters sendFirst(int command, int function, int session, Param... parameters) {
        begin(command, function, session, parameters);
        return begin();
    }

    /** Goes on with a message. */
    public final Reply finishMessage(int command, SmcRegisters registers) {
        int code = finish(registers);
        MemorySegment copy = MemorySegment.ofArray(new long[TestMachine.PAGE / Long.BYTES]);
        machine.cpu().read(page, copy);
        return new Reply(code, copy, command == OpteeMessage.OPEN_SESSION ? 2 : 0);
    }

    private void begin(int command, int function, int session, Param... parameters) {
        MemorySegment message = MemorySegment.ofArray(new long[TestMachine.PAGE / Long.BYTES]);
        OpteeMessage.write(message, 0, command, function, session, 0, parameters.length);
        for (int i = 0; i < parameters.length; i++) {
            parameters[i].write(message, OpteeMessage.paramAt(0, i));
        }
        machine.cpu().write(page, message);
    }

    /** Sends a message as it is. */
    public final Reply send(MemorySegment message) {
        machine.cpu().write(page, message);
        return finishMessage(OpteeMessage.INVOKE_COMMAND, begin());
    }

    /** Opens a session as nobody in particular. */
    public final Reply open(UUID application, Param... parameters) {
        return open(application, PUBLIC, parameters);
    }

    /** Opens a session. */
    public final Reply open(UUID application, int login, Param... parameters) {
        Param[] all = new Param[2 + parameters.length];
        all[0] = Param.uuid(application, 0);
        all[1] = Param.uuid(NOBODY, login);
        System.arraycopy(parameters, 0, all, 2, parameters.length);
        return send(OpteeMessage.OPEN_SESSION, 0, 0, all);
    }

    /** Opens a session that is not refused. */
    public final int session(UUID application) {
        Reply reply = open(application);
        assertThat(TeeCode.name(reply.result())).isEqualTo(TeeCode.name(TeeCode.SUCCESS));
        return reply.session();
    }

    /** Invokes a command. */
    public final Reply invoke(int session, int command, Param... parameters) {
        return send(OpteeMessage.INVOKE_COMMAND, command, session, parameters);
    }

    /** Closes a session. */
    public final Reply close(int session) {
        return send(OpteeMessage.CLOSE_SESSION, 0, session);
    }

    /** Asks for a session's command to be cancelled. */
    public final Reply cancel(int session) {
        return send(OpteeMessage.CANCEL, 0, session);
    }

    /** Asks how memory is to be lent. */
    public final Reply configuration(long useCase, Param buffer) {
        return send(OpteeMessage.GET_PROTMEM_CONFIG, 0, 0, Param.value(Param.INOUT, useCase, 0), buffer);
    }

    /** Serves a request that is at an address. */
    protected final void serveAt(long address) {
        MemorySegment message = MemorySegment.ofArray(new long[(int) OpteeMessage.size(4) / Long.BYTES]);
        machine.cpu().read(address, message);
        requests.add(OpteeMessage.command(message, 0));
        server.accept(message);
        machine.cpu().write(address, message);
    }

    /** Serves a request as a driver does. */
    public final void serve(MemorySegment message) {
        long at = OpteeMessage.paramAt(0, 0);
        long a = OpteeParameter.a(message, at);
        long b = OpteeParameter.b(message, at);
        switch (OpteeMessage.command(message, 0)) {
            case OpteeRpc.NOTIFICATION -> {
                if (a == OpteeRpc.NOTIFICATION_WAIT) {
                    machine.wakeups().await(b);
                } else {
                    machine.wakeups().send(b);
                }
            }
            case OpteeRpc.SHM_ALLOC -> allocated(message, payload(b));
            case OpteeRpc.SHM_FREE -> { }
            default -> throw new AssertionError("request " + OpteeMessage.command(message, 0));
        }
        OpteeMessage.result(message, 0, TeeCode.SUCCESS);
    }

    /** Memory for the payload of a request. */
    protected abstract Memory payload(long size);
}
