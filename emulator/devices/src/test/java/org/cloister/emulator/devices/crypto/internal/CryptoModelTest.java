// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.crypto.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.devices.internal.Events.refused;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.emulator.devices.internal.Events;
import org.cloister.emulator.devices.internal.FakeMemory;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.device.CryptoEngine;
import org.cloister.platform.device.CryptoEvent;
import org.cloister.platform.device.CryptoJob;
import org.cloister.platform.device.CryptoJob.Piece;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.layout.RsaKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine alone: keys and digests at one place, messages that it may only read at another. */
@Timeout(120)
class CryptoModelTest {
    private static final int SIZE = 1 << 18;
    private static final long KEYS = 0x1000;
    private static final long DIGEST = 0x2000;
    private static final long MESSAGES = 0x1_0000;
    private static final long FOREIGN = 0x2_0000;
    private static final int BYTES = 128;

    private final FakeMemory memory = new FakeMemory("crypto", SIZE)
            .grant(KEYS, 0x2000, Access.READ_WRITE).grant(MESSAGES, 0x1000, Access.READ);
    private final CryptoModel engine = new CryptoModel("/soc/crypto@0",
            new Dma(memory, new DmaLimits(32, 16, 4, 1 << 16)), new SplittableRandom(11));
    private final Events<CryptoEvent> events = new Events<>();

    @AfterEach
    void takeOff() {
        engine.close();
    }

    private static List<MemoryRange> at(long address, long length) {
        return List.of(new MemoryRange(address, length));
    }

    private void submit(long cookie, CryptoJob job) {
        engine.submit(cookie, job, events::on);
    }

    /** Makes a key at {@link #KEYS}; gives its modulus. */
    private BigInteger makeKey() {
        submit(1, new CryptoJob.MakeRsaKey(8 * BYTES, at(KEYS, RsaKey.size(BYTES))));
        return new BigInteger(1, events.next(CryptoEvent.Done.class).result());
    }

    private CryptoJob.RsaPrivate use(long key, byte[] immediate, List<MemoryRange> rest) {
        return new CryptoJob.RsaPrivate(at(key, RsaKey.size(BYTES)),
                List.of(new Piece.Immediate(immediate), new Piece.Memory(rest)));
    }

    private void failed(HeapError error) {
        assertThat(events.next(CryptoEvent.Failed.class).error()).isEqualTo(error);
    }

    @Test
    void aKeyUndoesWhatItsPublicPartDoes() {
        BigInteger modulus = makeKey();
        assertThat(modulus.bitLength()).isEqualTo(8 * BYTES);
        BigInteger secret = BigInteger.valueOf(0x5ec2e7);
        byte[] number = RsaKey.bigEndian(secret.modPow(BigInteger.valueOf(65537), modulus), BYTES);
        byte[] inMemory = Arrays.copyOfRange(number, BYTES - 32, BYTES);
        memory.put(DIGEST, inMemory);
        submit(2, use(KEYS, Arrays.copyOf(number, BYTES - 32), at(DIGEST, 32)));
        assertThat(new BigInteger(1, events.next(CryptoEvent.Done.class).result())).isEqualTo(secret);
    }

    @Test
    void digestsAreThoseOfTheWholeMessage() throws NoSuchAlgorithmException {
        byte[] message = new byte[0x1000];
        new SplittableRandom(5).nextBytes(message);
        memory.put(MESSAGES, message);
        submit(1, new CryptoJob.Hash(List.of(new MemoryRange(MESSAGES, 16),
                new MemoryRange(MESSAGES + 16, message.length - 16)), at(DIGEST, 32)));
        assertThat(events.next(CryptoEvent.Done.class).result()).isEmpty();
        assertThat(memory.bytes(DIGEST, 32)).isEqualTo(MessageDigest.getInstance("SHA-256").digest(message));
    }

    @Test
    void whatItMayNotReadOrWriteStaysAsItWas() {
        makeKey();
        byte[] before = memory.bytes(0, SIZE);
        submit(2, new CryptoJob.MakeRsaKey(8 * BYTES, at(FOREIGN, RsaKey.size(BYTES)))); // a key for all to read
        assertThat(events.next(CryptoEvent.Blocked.class).fault().access()).isEqualTo(Access.WRITE);
        submit(3, new CryptoJob.MakeRsaKey(8 * BYTES, at(MESSAGES, RsaKey.size(BYTES))));
        assertThat(events.next(CryptoEvent.Blocked.class).cookie()).isEqualTo(3);
        submit(4, new CryptoJob.Hash(at(FOREIGN, 16), at(DIGEST, 32)));
        assertThat(events.next(CryptoEvent.Blocked.class).fault().access()).isEqualTo(Access.READ);
        submit(5, new CryptoJob.Hash(at(MESSAGES, 16), at(FOREIGN, 32)));
        assertThat(events.next(CryptoEvent.Blocked.class).fault().access()).isEqualTo(Access.WRITE);
        submit(6, use(FOREIGN, new byte[BYTES - 32], at(DIGEST, 32)));
        events.next(CryptoEvent.Blocked.class);
        submit(7, use(KEYS, new byte[BYTES - 32], at(FOREIGN, 32)));
        events.next(CryptoEvent.Blocked.class);
        assertThat(memory.bytes(0, SIZE)).isEqualTo(before);
    }

    @Test
    void whatIsNoKeySignsNothing() {
        submit(1, use(KEYS, new byte[BYTES - 32], at(DIGEST, 32))); // there never was one
        failed(HeapError.INVALID_ARGUMENT);
        makeKey();
        byte[] sound = memory.bytes(KEYS, RsaKey.size(BYTES));
        for (int damage : new int[] {0, 4, 5, 6, 7}) { // magic number, size
            byte[] spoiled = sound.clone();
            spoiled[damage] ^= 0x7f;
            memory.put(KEYS, spoiled);
            submit(2, use(KEYS, new byte[BYTES - 32], at(DIGEST, 32)));
            failed(HeapError.INVALID_ARGUMENT);
        }
        memory.put(KEYS, sound);
        submit(3, new CryptoJob.RsaPrivate(at(KEYS, RsaKey.size(BYTES) - 1), // cut off
                List.of(new Piece.Immediate(new byte[BYTES]))));
        failed(HeapError.INVALID_ARGUMENT);
        byte[] zero = sound.clone();
        Arrays.fill(zero, RsaKey.HEADER_SIZE, RsaKey.HEADER_SIZE + BYTES, (byte) 0);
        memory.put(KEYS, zero);
        submit(4, use(KEYS, new byte[BYTES - 32], at(DIGEST, 32)));
        failed(HeapError.INVALID_ARGUMENT);
    }

    @Test
    void inputThatIsNotOfTheModulusIsRefused() {
        BigInteger modulus = makeKey();
        for (int wrong : new int[] {BYTES - 33, BYTES - 31}) { // padding that is too short, too long
            submit(2, use(KEYS, new byte[wrong], at(DIGEST, 32)));
            failed(HeapError.INVALID_ARGUMENT);
        }
        submit(3, new CryptoJob.RsaPrivate(at(KEYS, RsaKey.size(BYTES)), List.of()));
        failed(HeapError.INVALID_ARGUMENT);
        submit(4, new CryptoJob.RsaPrivate(at(KEYS, RsaKey.size(BYTES)),
                List.of(new Piece.Immediate(RsaKey.bigEndian(modulus, BYTES))))); // not smaller than the modulus
        failed(HeapError.INVALID_ARGUMENT);
    }

    @Test
    void refusesSizesAndMemoryThatMakeNoJob() {
        for (int bits : new int[] {0, -1024, 512, 1023, 4096}) {
            refused(HeapError.INVALID_ARGUMENT, () -> submit(1, new CryptoJob.MakeRsaKey(bits, at(KEYS, 0x1000))));
        }
        refused(HeapError.INVALID_ARGUMENT, () -> submit(1,
                new CryptoJob.MakeRsaKey(1024, at(KEYS, RsaKey.size(BYTES) - 1))));
        refused(HeapError.INVALID_ARGUMENT, () -> submit(1, new CryptoJob.Hash(at(MESSAGES, 16), at(DIGEST, 31))));
        refused(HeapError.INVALID_ARGUMENT, () -> submit(1, new CryptoJob.Hash(List.of(), at(DIGEST, 32))));
        refused(HeapError.INVALID_ARGUMENT, () -> submit(1, new CryptoJob.Hash(at(MESSAGES + 1, 15), at(DIGEST, 32))));
        refused(HeapError.INVALID_ARGUMENT, () -> submit(1, new CryptoJob.Hash(at(1L << 32, 16), at(DIGEST, 32))));
        refused(HeapError.INVALID_ARGUMENT, () -> submit(1, new CryptoJob.Hash(
                Collections.nCopies(5, new MemoryRange(MESSAGES, 16)), at(DIGEST, 32))));
        refused(HeapError.INVALID_ARGUMENT, () -> submit(1, use(KEYS + 8, new byte[0], at(DIGEST, 32))));
        refused(HeapError.INVALID_ARGUMENT, () -> submit(1, new CryptoJob.RsaPrivate(at(KEYS, 4), List.of())));
        refused(HeapError.INVALID_ARGUMENT, () -> submit(1, use(KEYS, new byte[RsaKey.MAX_MODULUS], at(DIGEST, 32))));
        refused(HeapError.INVALID_ARGUMENT, () -> submit(1, use(KEYS, new byte[0], List.of())));
        events.none();
    }

    @Test
    void goesOffInMidJobAndGivesUpTheOthers() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        engine.submit(0, new CryptoJob.Hash(at(MESSAGES, 16), at(DIGEST, 32)), event -> {
            begun.countDown();
            try {
                assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        for (int i = 1; i <= CryptoEngine.QUEUE_DEPTH; i++) {
            submit(i, new CryptoJob.MakeRsaKey(1024, at(KEYS, 0x800)));
        }
        refused(HeapError.BUSY, () -> submit(99, new CryptoJob.Hash(at(MESSAGES, 16), at(DIGEST, 32))));
        Thread off = Thread.ofVirtual().start(engine::close);
        for (int i = 1; i <= CryptoEngine.QUEUE_DEPTH; i++) {
            CryptoEvent.Failed given = events.next(CryptoEvent.Failed.class);
            assertThat(given.cookie()).isEqualTo(i);
            assertThat(given.error()).isEqualTo(HeapError.CLOSED);
        }
        refused(HeapError.CLOSED, () -> submit(99, new CryptoJob.Hash(at(MESSAGES, 16), at(DIGEST, 32))));
        goOn.countDown();
        off.join();
        events.none();
        assertThat(memory.bytes(KEYS, 0x800)).containsOnly(0);
    }

    @Test
    void nothingOfAKeyIsInWhatIsSaid() {
        makeKey();
        RsaKey key = RsaKey.read(MemorySegment.ofArray(memory.bytes(KEYS, RsaKey.size(BYTES)))).orElseThrow();
        assertThat(key.toString()).doesNotContain(key.exponent().toString(16)).doesNotContain(key.exponent().toString());
        submit(2, use(KEYS, new byte[BYTES - 33], at(DIGEST, 32)));
        assertThat(events.next(CryptoEvent.Failed.class).reason()).doesNotContain(key.exponent().toString(16));
    }
}
