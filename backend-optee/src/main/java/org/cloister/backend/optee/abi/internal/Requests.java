// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.OpteeRpc;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the requests of the trusted OS: shared memory, waiting for each other, time. What it has no answer for, such as
 * files, it refuses; so there are no trusted applications from a file system. Safe for use by any thread.
 */
final class Requests {
    /** Wall-clock time: value a seconds since 1970, b nanoseconds. */
    private static final int GET_TIME = 3;
    /** The most that the trusted OS gets at a time. */
    private static final long LARGEST = 64L << 20;
    private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

    private final Pages pages;
    private final CallTime time;
    private final Notifications notifications;
    private final Map<Long, Given> given = new ConcurrentHashMap<>();

    private record Given(Pages.Block block, Runnable undo) {}

    Requests(Pages pages, CallTime time) {
        this.pages = pages;
        this.time = time;
        this.notifications = new Notifications(time);
    }

    Notifications notifications() {
        return notifications;
    }

    /**
     * Serves the request that is in memory, and leaves the answer there.
     *
     * @param address the physical address of the request
     * @param params how many parameters there is room for
     * @param scratch holds a request of that many parameters
     */
    void serve(Transport transport, long address, int params, MemorySegment scratch) {
        pages.memory().read(address, scratch);
        int count = OpteeMessage.checkedParamCount(scratch, 0, scratch.byteSize());
        int code = count < 0 || count > params
                ? TeeCode.BAD_PARAMETERS
                : serve(transport, scratch, count);
        OpteeMessage.result(scratch, 0, code);
        pages.memory().write(address, scratch);
    }

    private int serve(Transport transport, MemorySegment message, int count) {
        int command = OpteeMessage.command(message, 0);
        int type = count == 0 ? OpteeParameter.NONE : OpteeParameter.type(message, OpteeMessage.paramAt(0, 0));
        boolean value = count == 1 && type == OpteeParameter.VALUE_INPUT;
        return switch (command) {
            case GET_TIME -> count == 1 && type == OpteeParameter.VALUE_OUTPUT
                    ? time(message) : TeeCode.BAD_PARAMETERS;
            case OpteeRpc.NOTIFICATION -> value ? notification(message) : TeeCode.BAD_PARAMETERS;
            case OpteeRpc.SUSPEND -> value ? suspend(message) : TeeCode.BAD_PARAMETERS;
            case OpteeRpc.SHM_ALLOC -> value ? allocate(transport, message) : TeeCode.BAD_PARAMETERS;
            case OpteeRpc.SHM_FREE -> value ? free(message) : TeeCode.BAD_PARAMETERS;
            default -> {
                LOG.debug("OP-TEE asks for service {}, which this driver does not have", command);
                yield TeeCode.NOT_SUPPORTED;
            }
        };
    }

    private int time(MemorySegment message) {
        Instant now = time.now();
        OpteeParameter.value(message, OpteeMessage.paramAt(0, 0), OpteeParameter.VALUE_OUTPUT, now.getEpochSecond(),
                now.getNano(), 0);
        return TeeCode.SUCCESS;
    }

    private int notification(MemorySegment message) {
        long at = OpteeMessage.paramAt(0, 0);
        int number = (int) OpteeParameter.b(message, at);
        return switch ((int) OpteeParameter.a(message, at)) {
            case OpteeRpc.NOTIFICATION_WAIT -> notifications.await(number, (int) OpteeParameter.c(message, at))
                    ? TeeCode.SUCCESS : TeeCode.BUSY;
            case OpteeRpc.NOTIFICATION_SEND -> {
                notifications.send(number);
                yield TeeCode.SUCCESS;
            }
            default -> TeeCode.BAD_PARAMETERS;
        };
    }

    private int suspend(MemorySegment message) {
        notifications.suspend((int) OpteeParameter.a(message, OpteeMessage.paramAt(0, 0)));
        return TeeCode.SUCCESS;
    }

    private int allocate(Transport transport, MemorySegment message) {
        long at = OpteeMessage.paramAt(0, 0);
        long type = OpteeParameter.a(message, at);
        long size = OpteeParameter.b(message, at);
        long alignment = OpteeParameter.c(message, at);
        if (type != OpteeRpc.SHM_APPLICATION && type != OpteeRpc.SHM_KERNEL || size <= 0 || size > LARGEST
                || alignment < 0 || alignment > Pages.SIZE) {
            return TeeCode.BAD_PARAMETERS;
        }
        Pages.Block block;
        try {
            block = pages.allocate(size);
        } catch (HeapException e) {
            LOG.warn("OP-TEE asks for memory: {}", e.getMessage());
            return TeeCode.OUT_OF_MEMORY;
        }
        boolean done = false;
        try {
            Transport.Answered answered = transport.allocated(message, at, block, size);
            given.put(answered.reference(), new Given(block, answered.undo()));
            done = true;
            return TeeCode.SUCCESS;
        } catch (HeapException e) {
            LOG.warn("OP-TEE asks for memory: {}", e.getMessage());
            return TeeCode.OUT_OF_MEMORY;
        } finally {
            if (!done) {
                block.close();
            }
        }
    }

    private int free(MemorySegment message) {
        long reference = OpteeParameter.b(message, OpteeMessage.paramAt(0, 0));
        return free(reference) ? TeeCode.SUCCESS : TeeCode.BAD_PARAMETERS;
    }

    /** Takes memory for requests; the reference is its address. */
    Pages.Block allocate(long size) {
        Pages.Block block = pages.allocate(Math.min(size, LARGEST));
        given.put(block.address(), new Given(block, () -> {}));
        return block;
    }

    /** OP-TEE gives memory back; false when it has none of that number. Memory that cannot be got back is left alone. */
    boolean free(long reference) {
        Given back = given.remove(reference);
        if (back == null) {
            return false;
        }
        try {
            back.undo.run();
            back.block.close();
        } catch (HeapException e) {
            LOG.error("0x{} bytes that OP-TEE gave back are lost", Long.toHexString(back.block.size()), e);
        }
        return true;
    }

    /** The address of memory that OP-TEE refers to by its number; 0 when it has none of that number. */
    long address(long reference) {
        Given found = given.get(reference);
        return found == null ? 0 : found.block.address();
    }
}
