// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.cloister.emulator.optee.os.internal.Machine;
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

    private final Machine machine;
    private final TrustedOs os;
    private final Judge judge;
    private final boolean takesFragments;
    private final Features features;
    private final NotificationCalls notifications;
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
        this.judge = new Judge(personality);
        this.takesFragments = takesFragments;
        this.features = new Features(notificationLine);
        this.notifications = new NotificationCalls(os.notifications(), judge);
        this.send = new MemorySend(machine, buffers, os.ffaMemory(), judge, os.config().window(), OS_ID);
    }

    /** Serves a call, in place. */
    void serve(SmcRegisters call) {
        switch (call.w(0)) {
            case FfaFunction.FEATURES -> features.serve(call, version());
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
                    FfaFunction.NOTIFICATION_INFO_GET | SmcCode.WIDE -> notifications.serve(call);
            default -> answer(call, FfaStatus.NOT_SUPPORTED);
        }
    }

    /** Makes the answer to a call: success without results, or an error. */
    static void answer(SmcRegisters call, FfaStatus status) {
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

    private void map(SmcRegisters call) {
        buffers.lock().lock();
        try {
            var map = new BufferMap(call, buffers, machine);
            FfaStatus status = judge.judge(SpmcChecks.MAP, map);
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
            FfaStatus status = judge.judge(SpmcChecks.ONE_ARGUMENT, call);
            if (status == FfaStatus.SUCCESS) {
                status = judge.judge(SpmcChecks.UNMAP, buffers);
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
            FfaStatus status = judge.judge(SpmcChecks.ONE_ARGUMENT, call);
            if (status == FfaStatus.SUCCESS) {
                status = judge.judge(SpmcChecks.RELEASE, buffers);
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
            FfaStatus status = judge.judge(SpmcChecks.PARTITIONS, call);
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
        FfaStatus status = judge.judge(SpmcChecks.DIRECT, call);
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
            FfaStatus status = judge.judge(SpmcChecks.SEND_CALL, send);
            if (status == FfaStatus.SUCCESS) {
                var where = send.ownBuffer() ? SpmcChecks.SEND_IN_OWN : SpmcChecks.SEND_IN_TX;
                status = judge.judge(where, send);
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
        FfaStatus status = judge.judge(SpmcChecks.SEND_WHOLE, send);
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
        FfaStatus status = judge.judge(SpmcChecks.FIRST_FRAGMENT, send);
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
            FfaStatus status = judge.judge(SpmcChecks.NEXT_FRAGMENT, next);
            if (status != FfaStatus.SUCCESS) {
                answer(call, status);
                return;
            }
            status = judge.judge(SpmcChecks.NEXT_FRAGMENT_BYTES, next);
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
        FfaStatus status = judge.judge(SpmcChecks.RECLAIM, call);
        if (status == FfaStatus.SUCCESS) {
            status = os.ffaMemory().reclaim(call.pair(1, 2));
        }
        answer(call, status);
    }

    /** Who applies the rules. */
    public Judge judge() {
        return judge;
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
