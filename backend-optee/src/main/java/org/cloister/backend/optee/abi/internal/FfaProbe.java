// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaPartition;
import org.cloister.platform.layout.FfaVersion;
import org.cloister.tee.TeeCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for OP-TEE behind FF-A, in the order in which Linux does: first as the FF-A driver, then as that of OP-TEE. For
 * one use by one thread.
 */
final class FfaProbe {
    /** OP-TEE as a partition, and as the uuid of the trusted OS. */
    static final UUID OPTEE = UUID.fromString("486178e0-e7f8-11e3-bc5e-0002a5d5c51b");

    private static final UUID ALL = new UUID(0, 0);
    private static final int API_MAJOR = 1;
    /** Feature: the interrupt for who schedules receivers of notifications. */
    private static final int SCHEDULE_RECEIVER_INTERRUPT = 2;
    /** Feature: the interrupt for notifications of this side. */
    private static final int NOTIFICATION_PENDING_INTERRUPT = 1;
    private static final Logger LOG = LoggerFactory.getLogger(FfaProbe.class);

    private final FfaCalls calls;
    private final Pages pages;
    private final int processors;
    private FfaVersion version = FfaCalls.OFFERED;
    private int own;
    private boolean wide;
    private boolean notifying;
    private OptionalInt interrupt = OptionalInt.empty();

    FfaProbe(FfaCalls calls, Pages pages, int processors) {
        this.calls = calls;
        this.pages = pages;
        this.processors = processors;
    }

    /** What was found: a partner and the buffers that are mapped, or why not. */
    sealed interface Finding {
        /** OP-TEE is there. */
        record Found(FfaPartner partner, FfaBuffers buffers) implements Finding {}

        /** It is not. */
        record Nothing(String why) implements Finding {}
    }

    /**
     * Looks.
     *
     * @throws HeapException when FF-A is there and answers what makes no sense
     */
    Finding probe() {
        Optional<FfaVersion> negotiated = calls.version();
        if (negotiated.isEmpty()) {
            return new Finding.Nothing("there is no FF-A of version 1");
        }
        version = negotiated.get();
        own = calls.id();
        FfaBuffers buffers = map();
        boolean done = false;
        try {
            features();
            OptionalInt endpoint = find(buffers);
            if (endpoint.isEmpty()) {
                return new Finding.Nothing("OP-TEE is not among the partitions behind FF-A");
            }
            Finding found = new Finding.Found(ask(endpoint.getAsInt()), buffers);
            done = true;
            return found;
        } finally {
            if (!done) {
                letGo(buffers);
            }
        }
    }

    private void letGo(FfaBuffers buffers) {
        if (notifying) {
            calls.destroyNotifications(own);
        }
        if (calls.unmap(own) == FfaStatus.SUCCESS) {
            buffers.close();
        }
    }

    private FfaBuffers map() {
        OptionalInt sizes = calls.features(FfaFunction.wide(FfaFunction.RXTX_MAP));
        boolean wideMap = sizes.isPresent();
        int code = (wideMap ? sizes : calls.features(FfaFunction.RXTX_MAP)).orElse(0) & 3;
        long size = switch (code) {
            case 0 -> 4 << 10;
            case 1 -> 64 << 10;
            case 2 -> 16 << 10;
            default -> throw Refusals.protocol("size buffers", "FF-A", "it wants buffers of the reserved size 3");
        };
        FfaBuffers buffers = FfaBuffers.allocate(pages, size);
        boolean done = false;
        try {
            int count = (int) (size / Pages.SIZE);
            FfaStatus status = calls.map(wideMap, buffers.tx().address(), buffers.rx().address(), count);
            if (status == FfaStatus.DENIED) {
                LOG.warn("somebody left buffers mapped; they are replaced");
                calls.unmap(own);
                status = calls.map(wideMap, buffers.tx().address(), buffers.rx().address(), count);
            }
            if (status != FfaStatus.SUCCESS) {
                throw Refusals.ffa("make buffers known", status.code());
            }
            done = true;
            return buffers;
        } finally {
            if (!done) {
                buffers.close();
            }
        }
    }

    private void features() {
        wide = calls.features(FfaFunction.wide(FfaFunction.MEM_LEND)).isPresent()
                || calls.features(FfaFunction.wide(FfaFunction.MEM_SHARE)).isPresent();
        boolean direct2 = calls.features(FfaFunction.DIRECT_REQUEST2).isPresent();
        notifying = calls.features(FfaFunction.NOTIFICATION_BITMAP_CREATE).isPresent() && createNotifications();
        if (notifying) {
            interrupt = calls.features(SCHEDULE_RECEIVER_INTERRUPT);
            if (calls.features(NOTIFICATION_PENDING_INTERRUPT).isPresent()) {
                LOG.debug("the partition manager has an interrupt for notifications that is not used");
            }
        }
        LOG.debug("FF-A {}: 64-bit memory functions {}, direct requests 2 {}, interrupt of notifications {}", version,
                wide, direct2, interrupt);
    }

    private boolean createNotifications() {
        FfaStatus status = calls.createNotifications(own, processors);
        if (status == FfaStatus.DENIED) {
            calls.destroyNotifications(own);
            status = calls.createNotifications(own, processors);
        }
        return status == FfaStatus.SUCCESS;
    }

    private OptionalInt find(FfaBuffers buffers) {
        boolean described = version != FfaVersion.V1_0; // before, descriptions have no uuid and must be asked for by it
        if (described && calls.features(FfaFunction.PARTITION_INFO_GET_REGS).isPresent()) {
            LOG.debug("partitions could be described in registers, too");
        }
        UUID wanted = described ? ALL : OPTEE;
        int count = calls.partitions(wanted);
        if (count <= 0) {
            return OptionalInt.empty();
        }
        SmcRegisters answer = calls.describePartitions(wanted);
        try {
            return match(buffers, answer.w(2), described ? answer.w(3) : FfaPartition.SIZE_1_0, described);
        } finally {
            calls.releaseReceiveBuffer();
        }
    }

    private OptionalInt match(FfaBuffers buffers, int count, int size, boolean described) {
        int least = FfaPartition.size(version);
        if (count < 0 || size < least || (long) count * size > buffers.size()) {
            throw Refusals.protocol("look for partitions", "FF-A",
                    "it describes %d partitions in %d bytes each".formatted(count, size));
        }
        MemorySegment received = MemorySegment.ofArray(new byte[count * size]);
        pages.memory().read(buffers.rx().address(), received);
        for (int i = 0; i < count; i++) {
            long at = (long) i * size;
            if (!described || FfaPartition.uuid(received, at).equals(OPTEE)) {
                return OptionalInt.of(FfaPartition.endpoint(received, at));
            }
        }
        return OptionalInt.empty();
    }

    private FfaPartner ask(int endpoint) {
        SmcRegisters r = request(endpoint, "ask OP-TEE for its interface", OpteeFfa.GET_API_VERSION);
        if (r.w(3) != API_MAJOR) {
            throw Refusals.protocol("find OP-TEE", "OP-TEE", "its interface has version %d.%d, not %d"
                    .formatted(r.w(3), r.w(4), API_MAJOR));
        }
        r = request(endpoint, "exchange capabilities with OP-TEE", OpteeFfa.EXCHANGE_CAPABILITIES);
        if (r.w(3) != TeeCode.SUCCESS) {
            throw Refusals.tee("exchange capabilities with OP-TEE", r.w(3));
        }
        int requestParams = r.w(4) & 0xFF;
        int capabilities = r.w(5);
        r = request(endpoint, "ask OP-TEE for its version", OpteeFfa.GET_OS_VERSION);
        String osVersion = Integer.toUnsignedString(r.w(3)) + "." + Integer.toUnsignedString(r.w(4));
        return new FfaPartner(version, wide, own, endpoint, osVersion, capabilities, requestParams, interrupt);
    }

    private SmcRegisters request(int endpoint, String what, int service) {
        var r = new SmcRegisters().setW(3, service);
        calls.direct(what, own, endpoint, r);
        return r;
    }
}
