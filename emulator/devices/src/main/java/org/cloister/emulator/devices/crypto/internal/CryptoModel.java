// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.crypto.internal;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.cloister.emulator.devices.internal.BusDevice;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.emulator.devices.internal.WorkQueue;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.device.CryptoEngine;
import org.cloister.platform.device.CryptoEvent;
import org.cloister.platform.device.CryptoJob.Piece;
import org.cloister.platform.device.CryptoJob;
import org.cloister.platform.device.CryptoListener;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.layout.RsaKey;

/** A crypto engine. One thread, the device's, does its jobs one after the other. Safe for use by any thread. */
public final class CryptoModel implements CryptoEngine, AutoCloseable {
    private static final Set<Integer> KEY_BITS = Set.of(1024, 2048, 3072);
    private static final BigInteger PUBLIC_EXPONENT = BigInteger.valueOf(65537);
    private static final int PIECE = 64 * 1024;
    private static final String SUBMIT = "submit a crypto job";

    private final BusDevice device;
    private final Dma dma;
    private final Random random; // for the device's thread
    private final WorkQueue<Work> jobs;

    private record Work(long cookie, CryptoJob job, CryptoListener listener) {}

    /**
     * Puts an engine on a board.
     *
     * @param name the path of its node
     * @param dma its way to memory
     * @param random what keys are made of
     */
    public CryptoModel(String name, Dma dma, RandomGenerator random) {
        this.device = new BusDevice(name, dma);
        this.dma = dma;
        this.random = Random.from(random);
        this.jobs = new WorkQueue<>(device, "jobs", QUEUE_DEPTH, work ->
                device.tell(work.listener()::on, result(work)));
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public Initiator initiator() {
        return device.initiator();
    }

    @Override
    public DmaLimits limits() {
        return device.limits();
    }

    @Override
    public void submit(long cookie, CryptoJob job, CryptoListener listener) {
        check(job);
        jobs.add(SUBMIT, new Work(cookie, job, listener), device::off);
    }

    private void check(CryptoJob job) {
        switch (job) {
            case CryptoJob.MakeRsaKey make -> {
                if (!KEY_BITS.contains(make.bits())) {
                    throw invalid("it makes keys of 1024, 2048 and 3072 bits, not of " + make.bits());
                }
                require("a key", make.key(), RsaKey.size(make.bits() / Byte.SIZE));
            }
            case CryptoJob.Hash hash -> {
                require("a message", hash.message(), 1);
                require("a digest", hash.digest(), CryptoJob.DIGEST_SIZE);
            }
            case CryptoJob.RsaPrivate use -> {
                require("a key", use.key(), RsaKey.HEADER_SIZE);
                for (Piece piece : use.input()) {
                    if (piece instanceof Piece.Memory memory) {
                        require("input", memory.ranges(), 1);
                    }
                }
                if (length(use.input()) > RsaKey.MAX_MODULUS) {
                    throw invalid("its input is longer than any modulus");
                }
            }
        }
    }

    private void require(String what, List<MemoryRange> ranges, long least) {
        dma.requireFollowable(SUBMIT, ranges);
        if (MemoryRange.total(ranges) < least) {
            throw invalid("%s does not fit into %d bytes".formatted(what, MemoryRange.total(ranges)));
        }
    }

    private HeapException invalid(String why) {
        return new HeapException(HeapError.INVALID_ARGUMENT, SUBMIT, device.name(), why, "correct the job");
    }

    private static long length(List<Piece> pieces) {
        return pieces.stream().mapToLong(piece -> switch (piece) {
            case Piece.Immediate immediate -> immediate.bytes().length;
            case Piece.Memory memory -> MemoryRange.total(memory.ranges());
        }).sum();
    }

    private CryptoEvent result(Work work) {
        try {
            return execute(work);
        } catch (BusFault fault) {
            return new CryptoEvent.Blocked(work.cookie(), fault);
        } catch (RuntimeException e) {
            return new CryptoEvent.Failed(work.cookie(), HeapError.FAULT, device.brokeDown(e));
        }
    }

    private CryptoEvent execute(Work work) {
        return switch (work.job()) {
            case CryptoJob.MakeRsaKey make -> new CryptoEvent.Done(work.cookie(), make(make));
            case CryptoJob.Hash hash -> {
                dma.scatter(MemorySegment.ofArray(digest(hash.message())), hash.digest());
                yield new CryptoEvent.Done(work.cookie(), new byte[0]);
            }
            case CryptoJob.RsaPrivate use -> sign(work.cookie(), use);
        };
    }

    private byte[] make(CryptoJob.MakeRsaKey job) {
        RsaKey key = newKey(job.bits());
        int bytes = job.bits() / Byte.SIZE;
        byte[] laidOut = new byte[RsaKey.size(bytes)];
        try {
            key.write(MemorySegment.ofArray(laidOut));
            dma.scatter(MemorySegment.ofArray(laidOut), job.key());
        } finally {
            Arrays.fill(laidOut, (byte) 0);
        }
        return RsaKey.bigEndian(key.modulus(), bytes);
    }

    private RsaKey newKey(int bits) {
        while (true) {
            BigInteger p = BigInteger.probablePrime(bits / 2, random);
            BigInteger q = BigInteger.probablePrime(bits / 2, random);
            BigInteger phi = p.subtract(BigInteger.ONE).multiply(q.subtract(BigInteger.ONE));
            BigInteger modulus = p.multiply(q);
            if (modulus.bitLength() == bits && !p.equals(q) && phi.gcd(PUBLIC_EXPONENT).equals(BigInteger.ONE)) {
                return new RsaKey(modulus, PUBLIC_EXPONENT.modInverse(phi));
            }
        }
    }

    private byte[] digest(List<MemoryRange> message) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            byte[] piece = new byte[PIECE];
            for (MemoryRange range : message) {
                for (long done = 0; done < range.length(); done += PIECE) {
                    int part = (int) Math.min(PIECE, range.length() - done);
                    dma.memory().read(range.address() + done, MemorySegment.ofArray(piece).asSlice(0, part));
                    sha256.update(piece, 0, part);
                }
            }
            Arrays.fill(piece, (byte) 0);
            return sha256.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the runtime has no SHA-256", e);
        }
    }

    private CryptoEvent sign(long cookie, CryptoJob.RsaPrivate job) {
        Optional<RsaKey> key = RsaKey.read(MemorySegment.ofArray(
                fetch(job.key(), (int) Math.min(MemoryRange.total(job.key()), RsaKey.size(RsaKey.MAX_MODULUS)))));
        if (key.isEmpty()) {
            return new CryptoEvent.Failed(cookie, HeapError.INVALID_ARGUMENT, "there is no key in its memory");
        }
        int bytes = key.get().modulus().bitLength() + Byte.SIZE - 1 >> 3;
        ByteArrayOutputStream input = new ByteArrayOutputStream(bytes);
        for (Piece piece : job.input()) {
            input.writeBytes(switch (piece) {
                case Piece.Immediate immediate -> immediate.bytes();
                case Piece.Memory memory -> fetch(memory.ranges(), (int) MemoryRange.total(memory.ranges()));
            });
        }
        BigInteger number = new BigInteger(1, input.toByteArray());
        if (input.size() != bytes || number.compareTo(key.get().modulus()) >= 0) {
            return new CryptoEvent.Failed(cookie, HeapError.INVALID_ARGUMENT,
                    "an input of %d bytes is none for a modulus of %d".formatted(input.size(), bytes));
        }
        BigInteger signature = number.modPow(key.get().exponent(), key.get().modulus());
        return new CryptoEvent.Done(cookie, RsaKey.bigEndian(signature, bytes));
    }

    private byte[] fetch(List<MemoryRange> ranges, int length) {
        byte[] bytes = new byte[length];
        dma.gather(ranges, MemorySegment.ofArray(bytes));
        return bytes;
    }

    /** Takes the engine off the board: gives up jobs that wait, lets the one that it does finish. Idempotent. */
    @Override
    public void close() {
        jobs.close(work -> device.tell(work.listener()::on, new CryptoEvent.Failed(
                work.cookie(), HeapError.CLOSED, "the board was switched off")), device::end);
    }
}
