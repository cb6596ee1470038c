// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaVersion;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;

/** A driver of OP-TEE behind FF-A. The first on a machine begins, the others join. */
public final class FfaTee extends TeeClient {
    private final FfaWorld world;
    private final Memory messages;

    private FfaTee(TestMachine machine, FfaWorld world, long page) {
        super(machine, page);
        this.world = world;
        this.messages = shared(page, TestMachine.PAGE);
    }

    /** Begins on a machine to which nobody talked yet. */
    public static FfaTee begin(TestMachine machine) {
        return new FfaTee(machine, new FfaWorld(machine).begin(FfaVersion.V1_2), machine.page());
    }

    /** A further client of the same machine. */
    public FfaTee join() {
        return new FfaTee(machine, world, machine.page());
    }

    /** The calls of FF-A. */
    public FfaWorld world() {
        return world;
    }

    /** The memory that messages are in. */
    public Memory messages() {
        return messages;
    }

    @Override
    public Memory share(long size) {
        return shared(machine.take(size), size);
    }

    private Memory shared(long address, long size) {
        int pages = (int) ((size + TestMachine.PAGE - 1) / TestMachine.PAGE);
        Descriptor descriptor = Descriptor.sharing(FfaVersion.V1_2).range(address, pages);
        synchronized (world) { // there is one TX buffer for all clients of a machine
            return new Memory(Memory.How.HANDLE, address, size, FfaWorld.handle(world.share(descriptor)));
        }
    }

    @Override
    public void unshare(Memory memory) {
        unregister(memory);
        FfaWorld.assertSuccess(world.reclaim(memory.reference()));
    }

    /** The normal world does not use memory in messages any longer; returns what comes back. */
    public int unregister(Memory memory) {
        long handle = memory.reference();
        return world.request(OpteeFfa.UNREGISTER_SHM, handle & 0xFFFFFFFFL, handle >>> 32).w(3);
    }

    /** Lends fresh memory without saying to the trusted OS what for. */
    public Memory lend(long size, int useCase) {
        return tryToLend(machine.take(size), size, useCase).orElseThrow();
    }

    /** Lends memory without saying to the trusted OS what for; empty when that is refused. */
    public Optional<Memory> tryToLend(long address, long size, int useCase) {
        Descriptor descriptor =
                Descriptor.lend(FfaVersion.V1_2, useCase, address, (int) (size / TestMachine.PAGE));
        synchronized (world) {
            SmcRegisters answer = world.lend(descriptor);
            return answer.w(0) == FfaFunction.ERROR ? Optional.empty() : Optional.of(
                    new Memory(Memory.How.HANDLE, address, size, FfaWorld.handle(answer)));
        }
    }

    /** Says what memory was lent for. */
    public int assign(long handle, long useCase) {
        return send(OpteeMessage.ASSIGN_PROTMEM, 0, 0, Param.value(Param.INPUT, handle, useCase)).result();
    }

    @Override
    public Memory restricted(long size, int useCase) {
        Memory memory = lend(size, useCase);
        assertThat(TeeCode.name(assign(memory.reference(), useCase))).isEqualTo(TeeCode.name(TeeCode.SUCCESS));
        return memory;
    }

    @Override
    public boolean giveBack(Memory memory) {
        long handle = memory.reference();
        int code = world.request(OpteeFfa.RELEASE_PROTMEM, handle & 0xFFFFFFFFL, handle >>> 32).w(3);
        return code == 0 && FfaFunction.narrow(world.reclaim(handle).w(0)) == FfaFunction.SUCCESS;
    }

    @Override
    protected SmcRegisters begin() {
        long handle = messages.reference();
        return world.request(OpteeFfa.CALL_WITH_ARG & 0xFFFFFFFFL, handle & 0xFFFFFFFFL, handle >>> 32, 0);
    }

    @Override
    protected int finish(SmcRegisters registers) {
        SmcRegisters now = registers;
        while (now.w(3) == 0 && now.w(4) != OpteeFfa.RETURN_DONE) {
            if (now.w(4) == OpteeFfa.RETURN_RPC_CMD) {
                serveAt(page() + OpteeMessage.size(paramCount()));
            }
            now = resume(now.x(7));
        }
        return now.w(3);
    }

    /** Goes on with a call that came back. */
    public SmcRegisters resume(long thread) {
        return world.request(OpteeFfa.RESUME & 0xFFFFFFFFL, 0, 0, 0, thread);
    }

    private int paramCount() {
        MemorySegment header = MemorySegment.ofArray(new long[OpteeMessage.SIZE / Long.BYTES]);
        machine.cpu().read(page(), header);
        return OpteeMessage.paramCount(header, 0);
    }

    @Override
    protected Memory payload(long size) {
        return share(size);
    }

    @Override
    protected void allocated(MemorySegment message, Memory memory) {
        OpteeParameter.shared(message, OpteeMessage.paramAt(0, 0), OpteeParameter.RMEM_OUTPUT, 0, 0, memory.size(),
                memory.reference());
    }
}
