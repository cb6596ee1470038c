// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.OpteeRpc;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteePageList;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.pool.Lender;
import org.cloister.tee.Direction;
import org.cloister.tee.TeeCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * OP-TEE by its own SMC interface: messages are in registered memory, or in a page that the call names by its address.
 * The number by which OP-TEE knows memory, the cookie, is chosen by this side: it is the memory's address.
 */
public final class SmcTransport implements Transport {
    /** What memory at an address says of its caching: as the two sides agreed (Linux: CACHE_PREDEFINED). */
    private static final int CACHE_PREDEFINED = 1 << 16;
    private static final int MOST_CACHED = 1024;
    private static final Logger LOG = LoggerFactory.getLogger(SmcTransport.class);

    private final SmcConduit conduit;
    private final SmcPartner partner;
    private final Pages pages;
    private final CallQueue queue;
    private final Requests requests;

    SmcTransport(SmcConduit conduit, SmcPartner partner, Pages pages, CallQueue queue, Requests requests) {
        this.conduit = conduit;
        this.partner = partner;
        this.pages = pages;
        this.queue = queue;
        this.requests = requests;
    }

    @Override
    public String name() {
        return "SMC";
    }

    @Override
    public String osVersion() {
        return partner.osVersion();
    }

    @Override
    public int capabilities() {
        return partner.capabilities();
    }

    @Override
    public int requestParams() {
        return partner.has(OpteeSmc.CAP_RPC_ARG) ? partner.requestParams() : 0;
    }

    @Override
    public boolean takesAddresses() {
        return true;
    }

    @Override
    public boolean takesNullMemory() {
        return partner.has(OpteeSmc.CAP_MEMREF_NULL);
    }

    @Override
    public boolean takesLoans() {
        return partner.has(OpteeSmc.CAP_DYNAMIC_PROTMEM);
    }

    @Override
    public Optional<StaticArea> staticArea() {
        return partner.staticArea();
    }

    @Override
    public void process(String what, MessagePlace place) {
        CallQueue.Ticket ticket = queue.begin();
        try {
            var r = new SmcRegisters();
            begin(r, place);
            conduit.call(r);
            while (r.w(0) != OpteeSmc.OK) {
                int code = r.w(0);
                if (OpteeSmc.isRpc(code)) {
                    answer(r, code, place);
                } else if (code == OpteeSmc.ETHREAD_LIMIT) {
                    ticket = queue.awaitThread(what, ticket);
                    begin(r, place);
                } else if (code == OpteeSmc.ERESUME) {
                    throw Refusals.protocol(what, "OP-TEE", "it lost a call that waited for an answer");
                } else {
                    throw Refusals.smc(what, code);
                }
                conduit.call(r);
            }
        } finally {
            queue.end();
        }
    }

    private void begin(SmcRegisters r, MessagePlace place) {
        if (place.reference() != 0) {
            r.function(OpteeSmc.CALL_WITH_REGD_ARG).setPair(2, 1, place.reference()).setW(3, place.offset());
        } else {
            r.function(partner.has(OpteeSmc.CAP_RPC_ARG) ? OpteeSmc.CALL_WITH_RPC_ARG : OpteeSmc.CALL_WITH_ARG)
                    .setPair(2, 1, place.address());
        }
    }

    /** Serves a request, and prepares the call that says so. */
    private void answer(SmcRegisters r, int code, MessagePlace place) {
        int thread = r.w(3);
        switch (code) {
            case OpteeSmc.RPC_ALLOC -> {
                long address = allocate(Integer.toUnsignedLong(r.w(1)));
                r.function(OpteeSmc.RETURN_FROM_RPC).setPair(2, 1, address).setPair(5, 4, address);
            }
            case OpteeSmc.RPC_FREE -> {
                if (!requests.free(r.pair(2, 1))) {
                    LOG.warn("OP-TEE gives memory back that it was not given");
                }
                r.function(OpteeSmc.RETURN_FROM_RPC);
            }
            case OpteeSmc.RPC_CMD -> {
                command(r.pair(2, 1), place);
                r.function(OpteeSmc.RETURN_FROM_RPC);
            }
            case OpteeSmc.RPC_FOREIGN_INTERRUPT -> r.function(OpteeSmc.RETURN_FROM_RPC);
            default -> {
                LOG.warn("OP-TEE asks for 0x{}, which this driver does not know", Integer.toHexString(code));
                r.function(OpteeSmc.RETURN_FROM_RPC);
            }
        }
        r.setW(3, thread);
    }

    /** Takes memory for a request; 0 when there is none. */
    private long allocate(long size) {
        try {
            return requests.allocate(size).address();
        } catch (HeapException e) {
            LOG.warn("OP-TEE asks for memory: {}", e.getMessage());
            return 0;
        }
    }

    private void command(long cookie, MessagePlace place) {
        int params = requestParams() == 0 ? OpteeRpc.MAX_PARAMS : requestParams();
        long address = requestParams() == 0 ? requests.address(cookie) : place.request();
        if (address == 0) {
            LOG.warn("OP-TEE leaves a request in memory that it was not given");
            return;
        }
        requests.serve(this, address, params, MemorySegment.ofArray(new byte[(int) OpteeMessage.size(params)]));
    }

    @Override
    public long share(long address, long size) {
        Pages.Block list = pageList(address, size);
        MemorySegment message = MemorySegment.ofArray(new byte[(int) OpteeMessage.size(1)]);
        OpteeMessage.write(message, 0, OpteeMessage.REGISTER_SHM, 0, 0, 0, 1);
        OpteeParameter.temporary(message, OpteeMessage.paramAt(0, 0),
                OpteeParameter.TMEM_OUTPUT | OpteeParameter.NONCONTIGUOUS, list.address(), size, address);
        processOnce("share memory with OP-TEE", message, list::close);
        return address;
    }

    @Override
    public void unshare(long reference) {
        MemorySegment message = MemorySegment.ofArray(new byte[(int) OpteeMessage.size(1)]);
        OpteeMessage.write(message, 0, OpteeMessage.UNREGISTER_SHM, 0, 0, 0, 1);
        OpteeParameter.registered(message, OpteeMessage.paramAt(0, 0), OpteeParameter.RMEM_INPUT, 0, 0, reference);
        processOnce("have OP-TEE forget shared memory", message, () -> {});
    }

    /**
     * Sends a message in a page of its own, by the page's address.
     *
     * @param after run when OP-TEE is known to be through with the message
     */
    private void processOnce(String what, MemorySegment message, Runnable after) {
        Pages.Block page = pages.allocate(Pages.SIZE);
        boolean through = false;
        try {
            pages.memory().write(page.address(), message);
            process(what, new MessagePlace(page, 0, 0, (int) message.byteSize()));
            pages.memory().read(page.address(), message);
            through = true;
        } catch (HeapException e) {
            through = Lender.isRefusal(e);
            throw e;
        } finally {
            if (through) {
                page.close();
                after.run();
            }
        }
        int code = OpteeMessage.result(message, 0);
        if (code != TeeCode.SUCCESS) {
            throw Refusals.tee(what, code);
        }
    }

    /** A list of the pages of a range, in pages of its own. */
    private Pages.Block pageList(long address, long size) {
        int count = Pages.count(address, size);
        int listPages = (count + OpteePageList.CAPACITY - 1) / OpteePageList.CAPACITY;
        Pages.Block block = pages.allocate((long) listPages * OpteePageList.SIZE);
        MemorySegment list = MemorySegment.ofArray(new byte[listPages * OpteePageList.SIZE]);
        for (int i = 0; i < count; i++) {
            long at = (long) (i / OpteePageList.CAPACITY) * OpteePageList.SIZE;
            OpteePageList.address(list, at, i % OpteePageList.CAPACITY, address + (long) i * Pages.SIZE);
        }
        for (int i = 0; i + 1 < listPages; i++) {
            OpteePageList.next(list, (long) i * OpteePageList.SIZE, block.address() + (i + 1L) * OpteePageList.SIZE);
        }
        pages.memory().write(block.address(), list);
        return block;
    }

    @Override
    public void forget(long reference) {
        // there is no partition manager that could know it
    }

    @Override
    public void memory(MemorySegment message, long at, Direction direction, long reference, long offset, long size) {
        OpteeParameter.registered(message, at, Attributes.registered(direction), offset, size, reference);
    }

    @Override
    public void physical(MemorySegment message, long at, Direction direction, long address, long size) {
        OpteeParameter.temporary(message, at, Attributes.temporary(direction) | CACHE_PREDEFINED, address, size, 0);
    }

    @Override
    public void nullMemory(MemorySegment message, long at, Direction direction) {
        OpteeParameter.temporary(message, at, Attributes.temporary(direction), 0, 0, 0);
    }

    @Override
    public Answered allocated(MemorySegment message, long at, Pages.Block block, long size) {
        if (block.size() == Pages.SIZE) {
            OpteeParameter.temporary(message, at, OpteeParameter.TMEM_OUTPUT, block.address(), size, block.address());
            return new Answered(block.address(), () -> {});
        }
        Pages.Block list = pageList(block.address(), block.size());
        OpteeParameter.temporary(message, at, OpteeParameter.TMEM_OUTPUT | OpteeParameter.NONCONTIGUOUS,
                list.address(), size, block.address());
        return new Answered(block.address(), list::close);
    }

    /**
     * {@inheritDoc} OP-TEE gives back the memory that it keeps for requests, whose addresses mean nothing any more, and
     * keeps none from now on.
     */
    @Override
    public void settle() {
        var r = new SmcRegisters();
        int code = OpteeSmc.OK;
        for (int i = 0; i < MOST_CACHED && code == OpteeSmc.OK; i++) {
            conduit.call(r.function(OpteeSmc.DISABLE_SHM_CACHE));
            code = r.w(0);
        }
        if (code != OpteeSmc.ENOTAVAIL) {
            LOG.warn("OP-TEE may keep memory of an earlier driver: code {}", code);
        }
    }

    @Override
    public void retire() {
        // there is nothing that a second driver could not have besides
    }
}
