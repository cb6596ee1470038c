// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaReceiver;
import org.cloister.platform.layout.FfaTransactionWriter;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.Direction;
import org.cloister.tee.TeeCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * OP-TEE behind FF-A: messages are in shared memory and announced by direct requests; memory is shared and lent by
 * transactions that are written to the transmit buffer.
 */
public final class FfaTransport implements Transport {
    /** Memory attributes of shared memory: normal, write-back, inner shareable. */
    private static final int CACHED = 0x2F;
    private static final int MOST_RECEIVERS = 255;
    private static final Logger LOG = LoggerFactory.getLogger(FfaTransport.class);

    private final FfaCalls calls;
    private final FfaPartner partner;
    private final Pages pages;
    private final FfaBuffers buffers;
    private final CallQueue queue;
    private final Requests requests;
    private final ReentrantLock sending = new ReentrantLock();
    private final FfaTransactionWriter writer = new FfaTransactionWriter(); // guarded by sending
    private boolean retired; // guarded by sending

    FfaTransport(FfaCalls calls, FfaPartner partner, Pages pages, FfaBuffers buffers, CallQueue queue,
            Requests requests) {
        this.calls = calls;
        this.partner = partner;
        this.pages = pages;
        this.buffers = buffers;
        this.queue = queue;
        this.requests = requests;
    }

    /** The functions of FF-A. */
    FfaCalls calls() {
        return calls;
    }

    /** Who is at the other end. */
    FfaPartner partner() {
        return partner;
    }

    @Override
    public String name() {
        return "FF-A " + (partner.version().word() >>> 16) + "." + (partner.version().word() & 0xFFFF);
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
        return partner.requestParams();
    }

    @Override
    public boolean takesAddresses() {
        return false;
    }

    @Override
    public boolean takesNullMemory() {
        return true;
    }

    @Override
    public boolean takesLoans() {
        return (partner.capabilities() & OpteeFfa.CAP_PROTMEM) != 0;
    }

    @Override
    public Optional<StaticArea> staticArea() {
        return Optional.empty();
    }

    @Override
    public void process(String what, MessagePlace place) {
        CallQueue.Ticket ticket = queue.begin();
        try {
            var r = new SmcRegisters();
            int service = OpteeFfa.CALL_WITH_ARG;
            long handle = place.reference();
            int offset = place.offset();
            int thread = 0;
            while (true) {
                r.clear().setW(3, service).setPair(4, 5, handle).setW(6, offset).setW(7, thread);
                direct(what, r);
                int code = r.w(3);
                if (code == TeeCode.BUSY && service == OpteeFfa.CALL_WITH_ARG) {
                    ticket = queue.awaitThread(what, ticket);
                    continue;
                }
                if (code != TeeCode.SUCCESS) {
                    throw service == OpteeFfa.CALL_WITH_ARG ? Refusals.tee(what, code)
                            : Refusals.protocol(what, "OP-TEE", "it lost a call that waited for an answer: "
                                    + TeeCode.name(code));
                }
                switch (r.w(4)) {
                    case OpteeFfa.RETURN_DONE -> {
                        return;
                    }
                    case OpteeFfa.RETURN_RPC_CMD -> request(place);
                    case OpteeFfa.RETURN_INTERRUPT -> { }
                    default -> throw Refusals.protocol(what, "OP-TEE", "it returned in the unknown way " + r.w(4));
                }
                service = OpteeFfa.RESUME;
                handle = 0;
                offset = 0;
                thread = r.w(7);
            }
        } finally {
            queue.end();
        }
    }

    private void request(MessagePlace place) {
        MemorySegment scratch = MemorySegment.ofArray(new byte[(int) OpteeMessage.size(partner.requestParams())]);
        requests.serve(this, place.request(), partner.requestParams(), scratch);
    }

    private void direct(String what, SmcRegisters r) {
        calls.direct(what, partner.own(), partner.endpoint(), r);
    }

    /** Calls a service that does not yield; checks its code. */
    void service(String what, int service, long handle) {
        var r = new SmcRegisters().setW(3, service).setPair(4, 5, handle);
        direct(what, r);
        int code = r.w(3);
        if (code != TeeCode.SUCCESS) {
            // The services that take a handle answer with FF-A's codes, others with GlobalPlatform's.
            throw FfaStatus.of(code).isPresent() ? Refusals.ffa(what, code) : Refusals.tee(what, code);
        }
    }

    /**
     * Sends a memory transaction of one range.
     *
     * @param receivers each with the endpoint in bits 15 to 0 and the permissions in bits 23 to 16
     * @return the handle
     */
    long transact(String what, int function, int attributes, long tag, List<Integer> receivers, long address,
            long size) {
        sending.lock();
        try {
            if (retired) {
                throw Refusals.leaving(what);
            }
            long length = FfaTransactionWriter.size(partner.version(), receivers.size(), 1);
            if (length > buffers.size() || receivers.size() > MOST_RECEIVERS) {
                throw new HeapException(HeapError.NOT_SUPPORTED, what, "FF-A", receivers.size()
                        + " receivers do not fit the transmit buffer of " + buffers.size() + " bytes",
                        "have the firmware name fewer");
            }
            MemorySegment scratch = buffers.scratch();
            writer.begin(scratch, 0, partner.version(), partner.own(), attributes, 0, tag, receivers.size());
            receivers.forEach(receiver -> writer.receiver(receiver & 0xFFFF, receiver >>> 16 & 0xFF));
            writer.range(address, Math.toIntExact(size / Pages.SIZE)).end();
            pages.memory().write(buffers.tx().address(), scratch.asSlice(0, length));
            return calls.send(what, function, partner.wide(), length);
        } finally {
            sending.unlock();
        }
    }

    @Override
    public long share(long address, long size) {
        int receiver = FfaReceiver.READ_WRITE << 16 | partner.endpoint();
        return transact("share memory with OP-TEE", FfaFunction.MEM_SHARE, CACHED, 0, List.of(receiver), address, size);
    }

    @Override
    public void unshare(long reference) {
        service("have OP-TEE forget shared memory", OpteeFfa.UNREGISTER_SHM, reference);
        forget(reference);
    }

    @Override
    public void forget(long reference) {
        calls.reclaim("take shared memory back", reference);
    }

    @Override
    public void memory(MemorySegment message, long at, Direction direction, long reference, long offset, long size) {
        if (offset >>> 48 != 0) {
            throw new HeapException(HeapError.OUT_OF_BOUNDS, "pass shared memory to a TEE",
                    "offset 0x%x".formatted(offset), "the message has 48 bits for it", "use memory nearer to its start");
        }
        OpteeParameter.shared(message, at, Attributes.registered(direction), offset, 0, size, reference);
    }

    @Override
    public void physical(MemorySegment message, long at, Direction direction, long address, long size) {
        throw new HeapException(HeapError.NOT_SUPPORTED, "pass memory to a TEE", "address 0x%x".formatted(address),
                "with FF-A memory has a handle, and this has none", "use memory that was lent or shared");
    }

    @Override
    public void nullMemory(MemorySegment message, long at, Direction direction) {
        OpteeParameter.shared(message, at, Attributes.registered(direction), 0, 0, 0, OpteeParameter.NO_HANDLE);
    }

    @Override
    public Answered allocated(MemorySegment message, long at, Pages.Block block, long size) {
        long handle = share(block.address(), block.size());
        OpteeParameter.shared(message, at, OpteeParameter.RMEM_OUTPUT, 0, 0, size, handle);
        return new Answered(handle, () -> forget(handle));
    }

    @Override
    public void settle() {
        // what another driver shared is the partition manager's business
    }

    @Override
    public void retire() {
        sending.lock();
        try {
            if (retired) {
                return;
            }
            retired = true;
            FfaStatus status = calls.unmap(partner.own());
            if (status == FfaStatus.SUCCESS) {
                buffers.close();
            } else {
                LOG.warn("FF-A keeps the buffers of a driver that leaves: {}", status);
            }
        } finally {
            sending.unlock();
        }
    }
}
