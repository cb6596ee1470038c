// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteePageList;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;

/** A driver of OP-TEE with its own interface. */
public final class SmcTee extends TeeClient {
    private static final int LIST_PAGE = TestMachine.PAGE;

    private final int function;
    private final boolean lends;
    private long staticUsed;
    private final Map<Long, Long> requestMemory = new HashMap<>();
    private final List<Long> freed = new ArrayList<>();
    private boolean givesMemory = true;

    private SmcTee(TestMachine machine, int function, boolean lends) {
        super(machine, machine.page());
        this.function = function;
        this.lends = lends;
    }

    /** A client that leaves room for requests behind its messages. */
    public static SmcTee on(TestMachine machine) {
        return new SmcTee(machine, OpteeSmc.CALL_WITH_RPC_ARG, true);
    }

    /** Such a client where restricted memory is what the trusted OS has, and none is lent. */
    public static SmcTee fixed(TestMachine machine) {
        return new SmcTee(machine, OpteeSmc.CALL_WITH_RPC_ARG, false);
    }

    /** A client that leaves none, so that the trusted OS asks for memory. */
    public static SmcTee withoutRoom(TestMachine machine) {
        return new SmcTee(machine, OpteeSmc.CALL_WITH_ARG, true);
    }

    /** Refuses memory for requests from now on. */
    public void giveNoMemory() {
        givesMemory = false;
    }

    /** The cookies of memory for requests that was given back. */
    public List<Long> freed() {
        return List.copyOf(freed);
    }

    @Override
    public Memory share(long size) {
        long address = machine.take(size);
        Memory memory = new Memory(Memory.How.COOKIE, address, size, address | 1);
        assertThat(TeeCode.name(register(memory))).isEqualTo(TeeCode.name(TeeCode.SUCCESS));
        return memory;
    }

    /** Registers memory; returns the result. */
    public int register(Memory memory) {
        return send(OpteeMessage.REGISTER_SHM, 0, 0, list(memory)).result();
    }

    /** Memory by a fresh list of its pages, as it is registered. */
    public Param list(Memory memory) {
        int pages = (int) ((memory.size() + TestMachine.PAGE - 1) / TestMachine.PAGE);
        int lists = (pages + OpteePageList.CAPACITY - 1) / OpteePageList.CAPACITY;
        long at = machine.take((long) Math.max(1, lists) * LIST_PAGE);
        for (int done = 0; done < pages; done += OpteePageList.CAPACITY) {
            MemorySegment list = MemorySegment.ofArray(new long[LIST_PAGE / Long.BYTES]);
            for (int i = 0; i < OpteePageList.CAPACITY && done + i < pages; i++) {
                OpteePageList.address(list, 0, i, memory.address() + (long) (done + i) * TestMachine.PAGE);
            }
            long here = at + (long) done / OpteePageList.CAPACITY * LIST_PAGE;
            OpteePageList.next(list, 0, here + LIST_PAGE);
            machine.cpu().write(here, list);
        }
        return Param.raw(OpteeParameter.TMEM_OUTPUT | OpteeParameter.NONCONTIGUOUS, at, memory.size(),
                memory.reference());
    }

    @Override
    public void unshare(Memory memory) {
        assertThat(unregister(memory.reference())).isEqualTo(TeeCode.SUCCESS);
    }

    /** Unregisters memory; returns the result. */
    public int unregister(long cookie) {
        return send(OpteeMessage.UNREGISTER_SHM, 0, 0, Param.raw(OpteeParameter.RMEM_INPUT, 0, 0, cookie)).result();
    }

    @Override
    public Memory restricted(long size, int useCase) {
        if (!lends) {
            staticUsed += size;
            return inStaticArea(staticUsed - size, size);
        }
        long address = machine.take(size);
        Memory memory = new Memory(Memory.How.COOKIE, address, size, address | 2);
        assertThat(TeeCode.name(lend(memory, useCase))).isEqualTo(TeeCode.name(TeeCode.SUCCESS));
        return memory;
    }

    /** Lends memory; returns the result. */
    public int lend(Memory memory, long useCase) {
        return send(OpteeMessage.LEND_PROTMEM, 0, 0, Param.value(Param.INPUT, useCase, 0),
                Param.raw(OpteeParameter.TMEM_INPUT, memory.address(), memory.size(), memory.reference())).result();
    }

    @Override
    public boolean giveBack(Memory memory) {
        return !lends || reclaim(memory.reference()) == TeeCode.SUCCESS;
    }

    /** Takes lent memory back; returns the result. */
    public int reclaim(long cookie) {
        return send(OpteeMessage.RECLAIM_PROTMEM, 0, 0, Param.raw(OpteeParameter.RMEM_INPUT, 0, 0, cookie)).result();
    }

    /** Part of the memory that is restricted for good. */
    public static Memory inStaticArea(long offset, long size) {
        return new Memory(Memory.How.ADDRESS, TestMachine.STATIC + offset, size, 0);
    }

    @Override
    protected SmcRegisters begin() {
        return machine.call(function, page() >>> 32, page() & 0xFFFFFFFFL);
    }

    @Override
    protected int finish(SmcRegisters registers) {
        SmcRegisters now = registers;
        while (OpteeSmc.isRpc(now.w(0))) {
            long cookie = now.pair(2, 1);
            switch (now.w(0)) {
                case OpteeSmc.RPC_CMD -> {
                    serveAt(function == OpteeSmc.CALL_WITH_ARG ? requestMemory.get(cookie) : requestPlace());
                    now = resume(now.x(3), 0, 0);
                }
                case OpteeSmc.RPC_ALLOC -> now = givesMemory ? allocate(now.x(3)) : resume(now.x(3), 0, 0);
                case OpteeSmc.RPC_FREE -> {
                    freed.add(cookie);
                    now = resume(now.x(3), 0, 0);
                }
                default -> now = resume(now.x(3), 0, 0);
            }
        }
        return now.w(0);
    }

    private SmcRegisters allocate(long thread) {
        long address = machine.page();
        requestMemory.put(address | 4, address);
        return resume(thread, address, address | 4);
    }

    /** Goes on with a call that came back. */
    public SmcRegisters resume(long thread, long address, long cookie) {
        return machine.call(OpteeSmc.RETURN_FROM_RPC, address >>> 32, address & 0xFFFFFFFFL, thread, cookie >>> 32,
                cookie & 0xFFFFFFFFL);
    }

    private long requestPlace() {
        MemorySegment header = MemorySegment.ofArray(new long[OpteeMessage.SIZE / Long.BYTES]);
        machine.cpu().read(page(), header);
        return page() + OpteeMessage.size(OpteeMessage.paramCount(header, 0));
    }

    @Override
    protected Memory payload(long size) {
        return new Memory(Memory.How.ADDRESS, machine.take(size), size, 0x77);
    }

    @Override
    protected void allocated(MemorySegment message, Memory memory) {
        list(memory).write(message, OpteeMessage.paramAt(0, 0));
    }
}
