// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.device.CryptoEngine;
import org.cloister.platform.device.CryptoEvent;
import org.cloister.platform.device.CryptoJob;
import org.cloister.platform.device.CryptoListener;
import org.cloister.platform.device.DmaLimits;

/**
 * A crypto engine of a code of its own: a key, a message and a digest are a stamp in each page, so that nobody spends
 * time on primes. It is late now and then, fails now and then, and is reset now and then.
 */
final class SimulatedCrypto implements CryptoEngine {
    private static final int STAMP_AT = 1; // in a modulus

    private final Block block;
    private final Faults faults;
    private final Deque<Work> queue = new ArrayDeque<>();
    private final Thread thread;

    private record Work(long cookie, CryptoJob job, CryptoListener listener) {}

    SimulatedCrypto(Block block, Faults faults) {
        this.block = block;
        this.faults = faults;
        this.thread = block.world().scheduler().start("crypto", this::work);
    }

    /** What becomes known of a key: its stamp, in a number of the right length. */
    private static byte[] modulus(int bits, long key) {
        byte[] bytes = new byte[bits / Byte.SIZE];
        Arrays.fill(bytes, (byte) 1);
        bytes[0] = (byte) 0x80;
        return ByteBuffer.wrap(bytes).putLong(STAMP_AT, key).array();
    }

    /** The digest of a message. */
    private static long digest(long message) {
        return Long.rotateLeft(message, 21) | 1;
    }

    /** What the engine makes of a digest with a key. */
    private static byte[] sign(long key, long digest) {
        return ByteBuffer.allocate(2 * Long.BYTES).putLong(key ^ digest).putLong(key * digest).array();
    }

    /**
     * The signature of a message.
     *
     * @param modulus of the key, big-endian
     */
    static byte[] signature(byte[] modulus, long message) {
        return sign(ByteBuffer.wrap(modulus).getLong(STAMP_AT), digest(message));
    }

    @Override
    public String name() {
        return "engine";
    }

    @Override
    public Initiator initiator() {
        return block.initiator();
    }

    @Override
    public DmaLimits limits() {
        return block.limits();
    }

    @Override
    public void submit(long cookie, CryptoJob job, CryptoListener listener) {
        if (queue.size() >= QUEUE_DEPTH || faults.strike("crypto queue")) {
            throw new HeapException(HeapError.BUSY, "submit a crypto job", name(), "the queue is full", "wait");
        }
        queue.add(new Work(cookie, job, listener));
        LockSupport.unpark(thread);
    }

    private void work() {
        block.serve(queue, this::next);
    }

    private void next() {
        boolean struck = faults.strike("crypto");
        switch (struck ? block.way(3) : -1) {
            case 0 -> block.dawdle();
            case 1 -> {
                List<Work> lost = List.copyOf(queue);
                queue.clear();
                lost.forEach(one -> fail(one, "it was reset"));
                return;
            }
            case 2 -> {
                fail(queue.removeFirst(), "it broke down");
                return;
            }
            default -> { }
        }
        Work work = queue.removeFirst();
        CryptoEvent event;
        try {
            event = new CryptoEvent.Done(work.cookie, execute(work.job));
        } catch (BusFault e) {
            block.world().found(new Violation(5, "memory of a crypto job is not there: " + e.getMessage()));
            event = new CryptoEvent.Blocked(work.cookie, e);
        }
        work.listener.on(event);
    }

    private static void fail(Work work, String why) {
        work.listener.on(new CryptoEvent.Failed(work.cookie, HeapError.FAULT, why));
    }

    private byte[] execute(CryptoJob job) {
        return switch (job) {
            case CryptoJob.MakeRsaKey make -> {
                long key = block.stamp();
                block.write(make.key(), key);
                yield modulus(make.bits(), key);
            }
            case CryptoJob.Hash hash -> {
                long message = block.read(hash.message()).orElseThrow();
                tarry();
                block.write(hash.digest(), digest(message));
                yield new byte[0];
            }
            case CryptoJob.RsaPrivate use -> {
                long key = block.read(use.key()).orElseThrow();
                tarry();
                CryptoJob.Piece.Memory digest = use.input().stream().filter(CryptoJob.Piece.Memory.class::isInstance)
                        .map(CryptoJob.Piece.Memory.class::cast).findFirst().orElseThrow();
                yield sign(key, block.read(digest.ranges()).orElseThrow());
            }
        };
    }

    /** Works between reading and writing, and is late now and then. */
    private void tarry() {
        block.labour();
        if (faults.strike("crypto job")) {
            block.dawdle();
        }
    }
}
