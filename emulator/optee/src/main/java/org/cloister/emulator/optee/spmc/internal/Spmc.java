// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import java.util.function.Supplier;
import org.cloister.emulator.optee.os.internal.Machine;
import org.cloister.emulator.optee.os.internal.Notifications;
import org.cloister.emulator.optee.os.internal.TrustedOs;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.SmcCode;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaPartition;
import org.cloister.platform.layout.FfaVersion;

/**
 * The partition manager that is part of OP-TEE (S-EL1). The one partition behind it is OP-TEE itself. Serves what the
 * {@link Spmd} passes on; what it refuses, and how, is written in {@link SpmcChecks}.
 *
 * <p>Safe for use by any thread.
 */
public final class Spmc {
    /** Endpoint id of the partition manager. */
    public static final int ID = 0x8000;
    /** Endpoint id of OP-TEE. */
    public static final int OS_ID = 0x8001;

    private static final UUID OS_UUID = UUID.fromString("486178e0-e7f8-11e3-bc5e-0002a5d5c51b");
    private static final int OS_PROPERTIES =
            FfaPartition.RECEIVES_DIRECT | FfaPartition.SENDS_DIRECT | FfaPartition.AARCH64;
    private static final int PROPERTIES_1_0 =
            FfaPartition.RECEIVES_DIRECT | FfaPartition.SENDS_DIRECT | FfaPartition.INDIRECT;
    private static final int CORES = 4;
    private static final int COUNT_ONLY = 1;
    private static final int FRAMEWORK = 1 << 31;
    private static final int MESSAGE_TYPE = 0xFF;
    private static final int VERSION_REQUEST = 8;
    private static final int VERSION_RESPONSE = 9;
    private static final int FEATURE_SCHEDULE_RECEIVER = 2;
    private static final int FEATURE_MANAGED_EXIT = 3;
    private static final int DYNAMIC_BUFFER = 1;

    private final Machine machine;
    private final TrustedOs os;
    private final Personality personality;
    private final boolean takesFragments;
    private final int notificationLine;
    private final Buffers buffers = new Buffers();
    private final MemorySend send;
    private final Fragments fragments = new Fragments();
    private final MemorySegment partition = Arena.ofAuto().allocate(FfaPartition.SIZE, 8);

    /**
     * Boots.
     *
     * @param takesFragments whether descriptors may come in fragments, which OP-TEE itself does not take
     * @param notificationLine the interrupt that says that notifications are pending
     */
    public Spmc(Machine machine, TrustedOs os, Personality personality, boolean takesFragments,
            int notificationLine) {
        this.machine = machine;
        this.os = os;
        this.personality = personality;
        this.takesFragments = takesFragments;
        this.notificationLine = notificationLine;
        this.send = new MemorySend(machine, buffers, os.ffaMemory(), personality, os.config().window(), OS_ID);
    }

    /** Serves a call, in place. */
    void serve(SmcRegisters call) {
        switch (call.w(0)) {
            case FfaFunction.FEATURES -> features(call);
            case FfaFunction.RXTX_MAP, FfaFunction.RXTX_MAP | SmcCode.WIDE -> map(call);
            case FfaFunction.RXTX_UNMAP -> unmap(call);
            case FfaFunction.RX_RELEASE -> release(call);
            case FfaFunction.PARTITION_INFO_GET -> partitions(call);
            case FfaFunction.RUN -> run(call);
            case FfaFunction.DIRECT_REQUEST, FfaFunction.DIRECT_REQUEST | SmcCode.WIDE -> direct(call);
            case FfaFunction.DIRECT_REQUEST2 -> direct2(call);
            case FfaFunction.MEM_SHARE, FfaFunction.MEM_SHARE | SmcCode.WIDE,
                    FfaFunction.MEM_LEND, FfaFunction.MEM_LEND | SmcCode.WIDE -> send(call);
            case FfaFunction.MEM_RECLAIM -> reclaim(call);
            case FfaFunction.MEM_FRAG_TX -> nextFragment(call);
            case FfaFunction.MEM_FRAG_RX -> answer(call,
                    takesFragments ? FfaStatus.INVALID_PARAMETERS : FfaStatus.NOT_SUPPORTED);
            case FfaFunction.NOTIFICATION_BITMAP_CREATE, FfaFunction.NOTIFICATION_BITMAP_DESTROY,
                    FfaFunction.NOTIFICATION_BIND, FfaFunction.NOTIFICATION_UNBIND,
                    FfaFunction.NOTIFICATION_GET, FfaFunction.NOTIFICATION_INFO_GET,
                    FfaFunction.NOTIFICATION_INFO_GET | SmcCode.WIDE -> notifications(call);
            default -> answer(call, FfaStatus.NOT_SUPPORTED);
        }
    }

    private static void answer(SmcRegisters call, FfaStatus status) {
        if (status == FfaStatus.SUCCESS) {
            call.function(FfaFunction.SUCCESS);
        } else {
            call.function(FfaFunction.ERROR).setW(2, status.code());
        }
    }

    /**
     * Negotiates a version: the older of the two minor versions of the same major one. Another major version changes
     * nothing.
     *
     * @return the version of this side, always
     */
    int negotiate(int word) {
        buffers.lock().lock();
        try {
            int major = word >>> 16 & 0x7FFF;
            if (major == FfaVersion.V1_2.word() >>> 16) {
                buffers.version(FfaVersion.atMost(word & 0x7FFFFFFF));
            }
            return FfaVersion.V1_2.word();
        } finally {
            buffers.lock().unlock();
        }
    }

    private FfaVersion version() {
        buffers.lock().lock();
        try {
            return buffers.version();
        } finally {
            buffers.lock().unlock();
        }
    }

    private void features(SmcRegisters call) {
        if (call.x(1) >>> 32 != 0) {
            answer(call, FfaStatus.NOT_SUPPORTED);
            return;
        }
        int properties;
        switch (call.w(1)) {
            case FEATURE_SCHEDULE_RECEIVER -> properties = notificationLine;
            case FfaFunction.MEM_SHARE, FfaFunction.MEM_SHARE | SmcCode.WIDE -> properties = DYNAMIC_BUFFER;
            case FfaFunction.DIRECT_REQUEST2, FfaFunction.DIRECT_RESPONSE2 -> {
                if (version() != FfaVersion.V1_2) {
                    answer(call, FfaStatus.NOT_SUPPORTED);
                    return;
                }
                properties = 0;
            }
            case FfaFunction.RXTX_MAP, FfaFunction.RXTX_MAP | SmcCode.WIDE, FfaFunction.ERROR, FfaFunction.VERSION,
                    FfaFunction.SUCCESS, FfaFunction.SUCCESS | SmcCode.WIDE, FfaFunction.FEATURES,
                    FfaFunction.SPM_ID_GET, FfaFunction.MEM_FRAG_TX, FfaFunction.MEM_RECLAIM,
                    FfaFunction.DIRECT_REQUEST, FfaFunction.DIRECT_REQUEST | SmcCode.WIDE, FfaFunction.INTERRUPT,
                    FfaFunction.PARTITION_INFO_GET, FfaFunction.RXTX_UNMAP, FfaFunction.RX_RELEASE,
                    FEATURE_MANAGED_EXIT, FfaFunction.NOTIFICATION_BITMAP_CREATE,
                    FfaFunction.NOTIFICATION_BITMAP_DESTROY, FfaFunction.NOTIFICATION_BIND,
                    FfaFunction.NOTIFICATION_UNBIND, FfaFunction.NOTIFICATION_SET, FfaFunction.NOTIFICATION_GET,
                    FfaFunction.NOTIFICATION_INFO_GET, FfaFunction.NOTIFICATION_INFO_GET | SmcCode.WIDE ->
                    properties = 0;
            default -> {
                answer(call, FfaStatus.NOT_SUPPORTED);
                return;
            }
        }
        call.function(FfaFunction.SUCCESS).setW(2, properties);
    }

    private void map(SmcRegisters call) {
        buffers.lock().lock();
        try {
            var map = new BufferMap(call, buffers, machine);
            FfaStatus status = SpmcChecks.MAP.judge(map, personality);
            if (status == FfaStatus.SUCCESS) {
                if (os.mapBuffers(2 * map.bytes())) {
                    buffers.map(map.tx(), map.rx(), map.bytes());
                } else {
                    status = FfaStatus.NO_MEMORY;
                }
            }
            answer(call, status);
        } finally {
            buffers.lock().unlock();
        }
    }

    private void unmap(SmcRegisters call) {
        buffers.lock().lock();
        try {
            FfaStatus status = SpmcChecks.ONE_ARGUMENT.judge(call, personality);
            if (status == FfaStatus.SUCCESS) {
                status = SpmcChecks.UNMAP.judge(buffers, personality);
            }
            if (status == FfaStatus.SUCCESS) {
                os.unmapBuffers(2 * buffers.size());
                buffers.unmap();
            }
            answer(call, status);
        } finally {
            buffers.lock().unlock();
        }
    }

    private void release(SmcRegisters call) {
        buffers.lock().lock();
        try {
            FfaStatus status = SpmcChecks.ONE_ARGUMENT.judge(call, personality);
            if (status == FfaStatus.SUCCESS) {
                status = SpmcChecks.RELEASE.judge(buffers, personality);
            }
            if (status == FfaStatus.SUCCESS) {
                buffers.callerHasRx(false);
            }
            answer(call, status);
        } finally {
            buffers.lock().unlock();
        }
    }

    private void partitions(SmcRegisters call) {
        buffers.lock().lock();
        try {
            FfaStatus status = SpmcChecks.PARTITIONS.judge(call, personality);
            if (status != FfaStatus.SUCCESS) {
                answer(call, status);
                return;
            }
            boolean wanted = wantsOs(call);
            int count = wanted ? 1 : 0;
            if ((call.w(5) & COUNT_ONLY) != 0) {
                call.function(FfaFunction.SUCCESS).setW(2, count);
                return;
            }
            if (!buffers.isMapped() || buffers.callerHasRx()) {
                answer(call, FfaStatus.BUSY);
            } else {
                if (wanted) {
                    describeOs();
                }
                int size = buffers.version() == FfaVersion.V1_0 ? 0 : FfaPartition.SIZE;
                call.function(FfaFunction.SUCCESS).setW(2, count).setW(3, size);
            }
            // the buffer is the caller's after every such call, also one that failed
            buffers.callerHasRx(true);
        } finally {
            buffers.lock().unlock();
        }
    }

    private static boolean wantsOs(SmcRegisters call) {
        long high = Integer.toUnsignedLong(call.w(1)) | Integer.toUnsignedLong(call.w(2)) << 32;
        long low = Integer.toUnsignedLong(call.w(3)) | Integer.toUnsignedLong(call.w(4)) << 32;
        return high == 0 && low == 0
                || Long.reverseBytes(high) == OS_UUID.getMostSignificantBits()
                && Long.reverseBytes(low) == OS_UUID.getLeastSignificantBits();
    }

    private void describeOs() {
        FfaVersion version = buffers.version();
        int properties = version == FfaVersion.V1_0 ? OS_PROPERTIES & PROPERTIES_1_0 : OS_PROPERTIES;
        FfaPartition.write(partition, 0, version, OS_ID, CORES, properties, OS_UUID);
        machine.memory().write(buffers.rx(), partition.asSlice(0, FfaPartition.size(version)));
    }

    private static void run(SmcRegisters call) {
        int endpoint = call.w(1) >>> 16;
        // neither of the two is ever preempted, and there is nobody else
        boolean known = endpoint == ID || endpoint == OS_ID;
        answer(call, known ? FfaStatus.INVALID_PARAMETERS : FfaStatus.NOT_SUPPORTED);
    }

    private void direct(SmcRegisters call) {
        FfaStatus status = SpmcChecks.DIRECT.judge(call, personality);
        int destination = call.w(1) & 0xFFFF;
        boolean framework = (call.w(2) & FRAMEWORK) != 0;
        if (status != FfaStatus.SUCCESS) {
            answer(call, status);
        } else if (destination != OS_ID && destination != ID) {
            answer(call, FfaStatus.INVALID_PARAMETERS);
        } else if (framework) {
            framework(call);
        } else if (destination == OS_ID) {
            os.ffaServices().serve(call);
        } else {
            answer(call, FfaStatus.INVALID_PARAMETERS);
        }
    }

    private void framework(SmcRegisters call) {
        if ((call.w(2) & MESSAGE_TYPE) != VERSION_REQUEST) {
            answer(call, FfaStatus.NOT_SUPPORTED);
            return;
        }
        int response = SmcCode.isWide(call.w(0))
                ? FfaFunction.wide(FfaFunction.DIRECT_RESPONSE) : FfaFunction.DIRECT_RESPONSE;
        int client = Integer.rotateLeft(call.w(1), 16);
        int version = negotiate(call.w(3));
        call.function(response).setW(1, client).setW(2, FRAMEWORK | VERSION_RESPONSE).setW(3, version);
    }

    private void direct2(SmcRegisters call) {
        int destination = call.w(1) & 0xFFFF;
        boolean known = destination == ID || destination == OS_ID;
        answer(call, version() == FfaVersion.V1_2 && !known
                ? FfaStatus.INVALID_PARAMETERS : FfaStatus.NOT_SUPPORTED);
    }

    private void send(SmcRegisters call) {
        buffers.lock().lock();
        try {
            send.begin(call);
            FfaStatus status = SpmcChecks.SEND_CALL.judge(send, personality);
            if (status == FfaStatus.SUCCESS) {
                var where = send.ownBuffer() ? SpmcChecks.SEND_IN_OWN : SpmcChecks.SEND_IN_TX;
                status = where.judge(send, personality);
            }
            if (status != FfaStatus.SUCCESS) {
                answer(call, status);
            } else if (takesFragments && send.fragment() != send.total()) {
                firstFragment(call);
            } else {
                whole(call);
            }
        } finally {
            buffers.lock().unlock();
        }
    }

    private void whole(SmcRegisters call) {
        FfaStatus status = SpmcChecks.SEND_WHOLE.judge(send, personality);
        var handle = new MemorySend.Handle();
        if (status == FfaStatus.SUCCESS) {
            send.fetch();
            status = send.complete(handle);
        }
        settle(call, status, handle);
    }

    private static void settle(SmcRegisters call, FfaStatus status, MemorySend.Handle handle) {
        answer(call, status);
        if (status == FfaStatus.SUCCESS) {
            call.setPair(2, 3, handle.value());
        }
    }

    private void firstFragment(SmcRegisters call) {
        send.fetch();
        FfaStatus status = SpmcChecks.FIRST_FRAGMENT.judge(send, personality);
        if (status == FfaStatus.SUCCESS && !fragments.hasRoom()) {
            status = FfaStatus.NO_MEMORY;
        }
        if (status != FfaStatus.SUCCESS) {
            answer(call, status);
            return;
        }
        int sender = send.reader().sender();
        long filled = send.fragment();
        askForMore(call, fragments.begin(send), filled, sender);
    }

    private static void askForMore(SmcRegisters call, long handle, long offset, int sender) {
        call.function(FfaFunction.MEM_FRAG_RX).setPair(1, 2, handle).setW(3, (int) offset).setW(4, sender << 16);
    }

    private void nextFragment(SmcRegisters call) {
        buffers.lock().lock();
        try {
            Fragments.Next next = fragments.next(call, buffers);
            FfaStatus status = SpmcChecks.NEXT_FRAGMENT.judge(next, personality);
            if (status != FfaStatus.SUCCESS) {
                answer(call, status);
                return;
            }
            status = SpmcChecks.NEXT_FRAGMENT_BYTES.judge(next, personality);
            if (status != FfaStatus.SUCCESS) {
                next.end();
                answer(call, status);
                return;
            }
            machine.memory().read(buffers.tx(), next.place());
            next.advance();
            if (!next.isWhole()) {
                askForMore(call, next.handle(), next.filled(), next.sender());
                return;
            }
            next.end();
            var handle = new MemorySend.Handle();
            send.adopt(next.whole(), next.first());
            settle(call, send.complete(handle), handle);
        } finally {
            buffers.lock().unlock();
        }
    }

    private void reclaim(SmcRegisters call) {
        FfaStatus status = SpmcChecks.RECLAIM.judge(call, personality);
        if (status == FfaStatus.SUCCESS) {
            status = os.ffaMemory().reclaim(call.pair(1, 2));
        }
        answer(call, status);
    }

    private void notifications(SmcRegisters call) {
        Notifications notifications = os.notifications();
        int vm = call.w(1) & 0xFFFF;
        long bitmap = call.pair(3, 4);
        FfaStatus status = switch (call.w(0)) {
            case FfaFunction.NOTIFICATION_BITMAP_CREATE ->
                    judged(SpmcChecks.BITMAP, call, () -> notifications.create(vm));
            case FfaFunction.NOTIFICATION_BITMAP_DESTROY ->
                    judged(SpmcChecks.BITMAP, call, () -> notifications.destroy(vm));
            case FfaFunction.NOTIFICATION_BIND ->
                    judged(SpmcChecks.BIND, call, () -> notifications.bind(vm, bitmap));
            case FfaFunction.NOTIFICATION_UNBIND ->
                    judged(SpmcChecks.UNBIND, call, () -> notifications.unbind(vm, bitmap));
            case FfaFunction.NOTIFICATION_GET -> judged(SpmcChecks.GET, call, () -> pending(call, vm));
            default -> judged(SpmcChecks.INFO, call, () -> FfaStatus.NO_DATA);
        };
        answer(call, status);
    }

    /** None is ever pending; who does not ask for those of partitions gets none of any machine. */
    private static FfaStatus pending(SmcRegisters call, int vm) {
        return (call.w(2) & 1) == 0 || vm == 0 ? FfaStatus.SUCCESS : FfaStatus.INVALID_PARAMETERS;
    }

    private FfaStatus judged(CheckList<SmcRegisters> checks, SmcRegisters call,
            Supplier<FfaStatus> action) {
        FfaStatus status = checks.judge(call, personality);
        return status == FfaStatus.SUCCESS ? action.get() : status;
    }

    /** The whole state, for reports. */
    public String describe() {
        buffers.lock().lock();
        try {
            return buffers.describe() + "\n" + fragments.describe();
        } finally {
            buffers.lock().unlock();
        }
    }
}
