// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.SmcCode;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaVersion;

/**
 * The functions of FF-A, one method each: registers in, registers out, each answer checked. An answer that is an error
 * becomes an exception. Safe for use by any thread.
 */
final class FfaCalls {
    /** The version that this driver offers. */
    static final FfaVersion OFFERED = FfaVersion.V1_2;

    private static final int ENDPOINT_MASK = 0xFFFF;
    private static final int COUNT_ONLY = 1;

    private final SmcConduit conduit;

    FfaCalls(SmcConduit conduit) {
        this.conduit = conduit;
    }

    /**
     * Negotiates the version.
     *
     * @return what both sides speak; empty when there is no FF-A here, or only one that is too old or too new
     */
    Optional<FfaVersion> version() {
        var r = new SmcRegisters().function(FfaFunction.VERSION).setW(1, OFFERED.word());
        conduit.call(r);
        int word = r.w(0);
        boolean known = word >= 0 && word >>> 16 == OFFERED.word() >>> 16;
        return known ? Optional.of(FfaVersion.atMost(Math.min(word, OFFERED.word()))) : Optional.empty();
    }

    /** The caller's own endpoint id. */
    int id() {
        SmcRegisters r = call("ask for the endpoint id", new SmcRegisters().function(FfaFunction.ID_GET));
        return r.w(2) & ENDPOINT_MASK;
    }

    /**
     * Asks for a function or feature.
     *
     * @return its properties (w2); empty when it is not there
     */
    OptionalInt features(int function) {
        var r = new SmcRegisters().function(FfaFunction.FEATURES).setW(1, function);
        conduit.call(r);
        if (r.w(0) == FfaFunction.ERROR && r.w(2) == FfaStatus.NOT_SUPPORTED.code()) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(success("ask for a feature", r).w(2));
    }

    /** Makes the pair of buffers known, each of {@code pages} pages of 4 KiB. */
    FfaStatus map(boolean wide, long tx, long rx, int pages) {
        var r = new SmcRegisters().function(width(FfaFunction.RXTX_MAP, wide)).set(1, tx).set(2, rx).setW(3, pages);
        return status("make buffers known", r);
    }

    /** Ends the use of the pair of buffers. */
    FfaStatus unmap(int own) {
        return status("forget buffers", new SmcRegisters().function(FfaFunction.RXTX_UNMAP).setW(1, own << 16));
    }

    /**
     * How many partitions there are with a uuid.
     *
     * @param uuid zeros for all
     */
    int partitions(UUID uuid) {
        return partitionInfo(uuid, COUNT_ONLY).w(2);
    }

    /** Has partitions described in the receive buffer, which is then to be released; w2 how many, w3 bytes each. */
    SmcRegisters describePartitions(UUID uuid) {
        return partitionInfo(uuid, 0);
    }

    private SmcRegisters partitionInfo(UUID uuid, int flags) {
        // The uuid is passed as its bytes in memory, four a register, little-endian.
        long high = Long.reverseBytes(uuid.getMostSignificantBits());
        long low = Long.reverseBytes(uuid.getLeastSignificantBits());
        var r = new SmcRegisters().function(FfaFunction.PARTITION_INFO_GET).setPair(1, 2, high).setPair(3, 4, low)
                .setW(5, flags);
        return call("look for partitions", r);
    }

    /** Gives the receive buffer back. */
    void releaseReceiveBuffer() {
        call("release the receive buffer", new SmcRegisters().function(FfaFunction.RX_RELEASE));
    }

    /**
     * Sends a memory transaction that is in the transmit buffer as a whole.
     *
     * @param function the 32-bit form
     * @return the handle
     */
    long send(String what, int function, boolean wide, long length) {
        var r = new SmcRegisters().function(width(function, wide)).setW(1, (int) length).setW(2, (int) length);
        call(what, r);
        return r.pair(2, 3);
    }

    /** Takes memory back. */
    void reclaim(String what, long handle) {
        call(what, new SmcRegisters().function(FfaFunction.MEM_RECLAIM).setPair(1, 2, handle));
    }

    /** Makes the bitmap of notifications. */
    FfaStatus createNotifications(int own, int processors) {
        return status("make a bitmap of notifications",
                new SmcRegisters().function(FfaFunction.NOTIFICATION_BITMAP_CREATE).setW(1, own).setW(2, processors));
    }

    /** Removes the bitmap of notifications. */
    FfaStatus destroyNotifications(int own) {
        return status("remove a bitmap of notifications",
                new SmcRegisters().function(FfaFunction.NOTIFICATION_BITMAP_DESTROY).setW(1, own));
    }

    /** Lets a partition raise notifications, or no longer. */
    FfaStatus bindNotifications(boolean bind, int partition, int own, long bitmap) {
        int function = bind ? FfaFunction.NOTIFICATION_BIND : FfaFunction.NOTIFICATION_UNBIND;
        return status("bind notifications", new SmcRegisters().function(function)
                .setW(1, partition << 16 | own).setPair(3, 4, bitmap));
    }

    /** Reads and clears the notifications of secure partitions. */
    long takeNotifications(int own) {
        SmcRegisters r = call("take notifications",
                new SmcRegisters().function(FfaFunction.NOTIFICATION_GET).setW(1, own).setW(2, 1));
        return r.pair(2, 3);
    }

    /**
     * Sends a direct request, and has the partition run on when it was interrupted.
     *
     * @param r w3 to w7 as the partition is to see them; holds the response
     * @throws HeapException what FF-A refuses, or {@code PROTOCOL} for what is no response of that partition
     */
    void direct(String what, int own, int partition, SmcRegisters r) {
        r.setW(0, FfaFunction.DIRECT_REQUEST).setW(1, own << 16 | partition).setW(2, 0);
        conduit.call(r);
        while (r.w(0) == FfaFunction.INTERRUPT || r.w(0) == FfaFunction.MSG_YIELD) {
            int target = r.w(1);
            conduit.call(r.function(FfaFunction.RUN).setW(1, target));
        }
        if (r.w(0) == FfaFunction.ERROR) {
            throw Refusals.ffa(what, r.w(2));
        }
        if (r.w(0) != FfaFunction.DIRECT_RESPONSE || r.w(1) != (partition << 16 | own)) {
            throw Refusals.protocol(what, "FF-A", "instead of a response of partition 0x%x it answered %s"
                    .formatted(partition, r));
        }
    }

    private static int width(int function, boolean wide) {
        return wide ? FfaFunction.wide(function) : function;
    }

    private SmcRegisters call(String what, SmcRegisters r) {
        conduit.call(r);
        return success(what, r);
    }

    private static SmcRegisters success(String what, SmcRegisters r) {
        if (r.w(0) == FfaFunction.ERROR) {
            throw Refusals.ffa(what, r.w(2));
        }
        if (r.x(0) == SmcCode.UNKNOWN || r.w(0) != FfaFunction.SUCCESS && r.w(0) != FfaFunction.wide(FfaFunction.SUCCESS)) {
            throw Refusals.protocol(what, "FF-A", "it answered " + r);
        }
        return r;
    }

    private FfaStatus status(String what, SmcRegisters r) {
        conduit.call(r);
        if (r.w(0) == FfaFunction.ERROR) {
            return FfaStatus.of(r.w(2)).filter(s -> s != FfaStatus.SUCCESS)
                    .orElseThrow(() -> Refusals.ffa(what, r.w(2)));
        }
        success(what, r);
        return FfaStatus.SUCCESS;
    }
}
