// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.cloister.driver.crypto.CryptoKey;
import org.cloister.heap.Access;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.player.probe.internal.GatedMemory.Stop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Attacks on what the crypto engine works with: a key, a message that is in restricted memory too, and the digest that
 * is made of it and signed. Through the API, and on the bus by all others: before use, while the engine stands still in
 * the middle of a job, while it breaks down, is taken away, waits in vain, loses its heap or has that swapped, and
 * afterwards.
 */
@Timeout(180)
class CryptoProbesTest {
    private static final int SIZE = CryptoWork.SIZE;
    private static final int BITS = CryptoWork.BITS;

    private final byte[] content = content();
    private final Map<String, Long> expected = new TreeMap<>(); // probes by attacker
    private CryptoBoard board = new CryptoBoard();
    private Prober prober = prober(CryptoBoard.KEYS);

    @AfterEach
    void switchOff() {
        prober.close();
        board.close();
    }

    private static byte[] content() {
        byte[] content = new byte[SIZE];
        Arrays.fill(content, (byte) 0x5a);
        return content;
    }

    private Prober prober(String heap) {
        return new Prober(board.soc(), board.heap(heap), Set.of("crypto"), board.importers());
    }

    @Test
    void aKeyThatIsMade() throws GeneralSecurityException {
        Stop written = board.gate().stopAt(_ -> true);
        CompletionStage<CryptoKey> made = board.driver().makeRsaKey(BITS);
        DmaBuf memory = board.lastUsed();
        attack(Stage.ALLOCATED, memory);
        written.await();
        attack(Stage.ENCRYPTING, memory);
        written.goOn();
        try (CryptoWork work = new CryptoWork(board, content, CryptoWork.get(made))) {
            attack(Stage.WRITTEN, memory);
            succeed(work.hash());
            assertSigned(work.key(), work.sign(work.key()));
        }
        assertAllRepelled(1);
    }

    /** What a copy by the CPU breaks: padding from here, and a message that is in restricted memory. */
    @Test
    void aMessageInRestrictedMemoryThatIsSigned() throws GeneralSecurityException {
        try (CryptoWork work = new CryptoWork(board, content)) {
            List<DmaBuf> all = work.all();
            attack(Stage.WRITTEN, all);

            CryptoWork.Begun<Fence> hashing = work.beginToHash();
            attack(Stage.ENCRYPTING, all);
            hashing.stop().goOn();
            succeed(hashing.result());
            attack(Stage.WRITTEN, all);

            CryptoWork.Begun<CompletionStage<byte[]>> signing = work.beginToSign();
            attack(Stage.ENCRYPTING, all);
            signing.stop().goOn();
            assertSigned(work.key(), signing.result());
            attack(Stage.WRITTEN, all);
        }
        assertAllRepelled(3);
    }

    @Test
    void anEngineThatBreaksDown() throws GeneralSecurityException {
        try (CryptoWork work = new CryptoWork(board, content)) {
            List<DmaBuf> all = work.all();
            succeed(work.hash());
            CryptoWork.Begun<CompletionStage<byte[]>> signing = work.beginToSign();
            attack(Stage.ENCRYPTING, all);
            signing.stop().breakDown();
            fail(signing.result(), HeapError.FAULT);
            attack(Stage.WRITTEN, all);
            board.gate().stopAt(_ -> false);
            assertSigned(work.key(), work.sign(work.key()));
        }
        assertAllRepelled(3);
    }

    /** One job is in the engine, another waits in its queue. */
    @Test
    void anEngineThatIsReset() throws GeneralSecurityException {
        try (CryptoWork work = new CryptoWork(board, content); DmaBuf other = work.allocate()) {
            List<DmaBuf> all = Stream.concat(work.all().stream(), Stream.of(other)).toList();
            CryptoWork.Begun<Fence> hashing = work.beginToHash();
            Fence waits = work.hash(other);
            attack(Stage.ENCRYPTING, all);
            CompletableFuture<Void> off = CompletableFuture.runAsync(board.engine()::close);
            fail(waits, HeapError.CLOSED); // whether it was in the queue already or comes too late
            assertThat(hashing.result().isSignalled()).isFalse();
            attack(Stage.ENCRYPTING, all);
            hashing.stop().goOn();
            assertThat(off).succeedsWithin(60, TimeUnit.SECONDS);
            succeed(hashing.result());
            attack(Stage.WRITTEN, all);

            board.restart(Duration.ofSeconds(60));
            attack(Stage.WRITTEN, all);
            assertSigned(work.key(), work.sign(work.key()));
        }
        assertAllRepelled(4);
    }

    /** Memory management begins while the job waits for its message, and does not come to an end. */
    @Test
    void aJobThatTimesOut() throws GeneralSecurityException {
        Fence writer = new Fence("the writer of the test");
        Fence move = new Fence("a move of the test");
        board.restart(Duration.ofMillis(200));
        try (CryptoWork work = new CryptoWork(board, content)) {
            List<DmaBuf> all = work.all();
            attack(Stage.WRITTEN, all);
            work.message().reservation().add(writer, Fence.Usage.WRITE);
            Fence late = work.hash();
            work.digest().reservation().add(move, Fence.Usage.KERNEL);
            attack(Stage.ENCRYPTING, all);
            writer.signal();
            attack(Stage.ENCRYPTING, all);
            fail(late, HeapError.TIMED_OUT);
            attack(Stage.ENCRYPTING, all);
            move.signal();
            succeed(work.hash());
            assertSigned(work.key(), work.sign(work.key()));
        }
        assertAllRepelled(3);
    }

    @Test
    void memoryThatIsRevoked() throws GeneralSecurityException {
        try (CryptoWork work = new CryptoWork(board, content)) {
            List<DmaBuf> all = work.all();
            succeed(work.hash());
            attack(Stage.WRITTEN, all);
            CryptoWork.Begun<CompletionStage<byte[]>> signing = work.beginToSign();
            Fence next = work.hash(); // waits for who reads the digest
            board.withdraw();
            all.forEach(CryptoProbesTest::awaitRevoked);
            all.forEach(buffer -> attackRevoked(Stage.ENCRYPTING, buffer));
            signing.stop().goOn();
            assertSigned(work.key(), signing.result()); // what the engine had it has finished
            fail(next, HeapError.REVOKED);
            all.forEach(buffer -> attackRevoked(Stage.WRITTEN, buffer));
        }
        assertAllRepelled(3);
    }

    @Test
    void aHeapWhoseBackendIsSwapped() throws GeneralSecurityException {
        try (CryptoWork work = new CryptoWork(board, content)) {
            List<DmaBuf> before = work.all();
            succeed(work.hash());
            CryptoWork.Begun<CompletionStage<byte[]>> signing = work.beginToSign();
            attack(Stage.ENCRYPTING, before);
            board.swap();
            prober.backendChanged();
            CompletionStage<CryptoKey> made = board.driver().makeRsaKey(BITS);
            DmaBuf memory = board.lastUsed();
            assertThat(memory.record().backend()).isEqualTo(CryptoBoard.SPARE);
            attack(Stage.SWAPPING, before);
            attack(Stage.SWAPPING, memory);
            signing.stop().goOn();
            assertSigned(work.key(), signing.result());
            try (CryptoKey next = CryptoWork.get(made)) {
                attack(Stage.WRITTEN, before);
                attack(Stage.WRITTEN, memory);
                assertSigned(next, work.sign(next));
            }
        }
        assertAllRepelled(4);
    }

    /** The same probes where the backend's memory is not what it says it is. */
    @Test
    void aHoleInTheFirewallIsFound() {
        switchOff();
        board = CryptoBoard.withAHole();
        prober = prober(CryptoBoard.KEYS);
        Stop written = board.gate().stopAt(_ -> true);
        CompletionStage<CryptoKey> made = board.driver().makeRsaKey(BITS);
        DmaBuf memory = board.lastUsed();
        attack(Stage.ALLOCATED, memory);
        written.await();
        attack(Stage.ENCRYPTING, memory);
        written.goOn();
        CryptoWork.get(made).close();

        assertThat(prober.tally().byAttacker()).containsExactlyInAnyOrderEntriesOf(expected);
        assertThat(prober.tally().repelled()).as("the API alone").isEqualTo(2 * 4);
        for (String outsider : CryptoBoard.OUTSIDERS) {
            for (String stage : List.of("allocated", "encrypting")) {
                for (String way : List.of("READ", "WRITE")) {
                    assertThat(prober.tally().breaches()).anySatisfy(breach ->
                            assertThat(breach).startsWith("%s, %s: %s of ".formatted(stage, outsider, way)));
                }
            }
        }
    }

    /** The same probes on a message in normal memory, which the engine hashes. */
    @Test
    void contentInNormalMemoryIsFound() {
        prober.close();
        prober = prober(CryptoBoard.NORMAL);
        try (DmaBuf digest = board.heap(CryptoBoard.KEYS).allocate(SIZE);
                DmaBuf message = board.heap(CryptoBoard.NORMAL).allocate(SIZE)) {
            message.write(0, MemorySegment.ofArray(content));
            prober.learn(message, board.driver().messageImporter(), Access.READ);
            Stop reads = board.gate().stopAt(_ -> true);
            Fence hashed = board.driver().hash(message, SIZE, digest);
            reads.await();
            prober.probe(Stage.ENCRYPTING, message);
            reads.goOn();
            succeed(hashed);
        }
        prober.probeFreed();
        assertThat(prober.tally().repelled()).isZero();
        assertThat(prober.tally().breaches()).contains("encrypting, API: read gave content")
                .anySatisfy(breach -> assertThat(breach).startsWith("encrypting, gpu: WRITE of "))
                .anySatisfy(breach -> assertThat(breach).startsWith("freed, eth-dma: content was left at "));
    }

    private void attack(Stage stage, List<DmaBuf> buffers) {
        buffers.forEach(buffer -> attack(stage, buffer));
    }

    private void attack(Stage stage, DmaBuf buffer) {
        prober.learn(buffer, board.driver().secretImporter(), Access.READ_WRITE);
        prober.probe(stage, buffer);
        expect("API", 4); // read, write, and map for each
        CryptoBoard.OUTSIDERS.forEach(outsider -> expect(outsider, 2));
    }

    /** Attacks a buffer that was attacked before. */
    private void attackRevoked(Stage stage, DmaBuf buffer) {
        MemorySegment loot = MemorySegment.ofArray(new byte[16]);
        prober.attempt(stage, "read", HeapError.REVOKED, () -> buffer.read(0, loot));
        prober.attempt(stage, "write", HeapError.REVOKED, () -> buffer.write(0, loot));
        prober.attempt(stage, "map", HeapError.REVOKED, () -> buffer.map(Access.READ, Duration.ZERO).close());
        prober.onTheBus(stage, buffer.id());
        expect("API", 3);
        CryptoBoard.OUTSIDERS.forEach(outsider -> expect(outsider, 2));
    }

    private void expect(String attacker, long probes) {
        expected.merge(attacker, probes, Long::sum);
    }

    /** When all buffers are back, of which so many were attacked. */
    private void assertAllRepelled(long buffers) {
        prober.probeFreed();
        CryptoBoard.OUTSIDERS.forEach(outsider -> expect(outsider, buffers));
        assertThat(prober.tally().breaches()).isEmpty();
        assertThat(prober.tally().byAttacker()).containsExactlyInAnyOrderEntriesOf(expected);
        assertThat(prober.tally().repelled()).isEqualTo(prober.tally().tried());
    }

    private static void awaitRevoked(DmaBuf buffer) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (buffer.state() != BufferState.REVOKED) {
            assertThat(System.nanoTime()).as("buffer %d is revoked", buffer.id()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private void assertSigned(CryptoKey key, CompletionStage<byte[]> signature) throws GeneralSecurityException {
        Signature verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(key.publicKey());
        verifier.update(content);
        assertThat(verifier.verify(CryptoWork.get(signature))).isTrue();
    }

    private static void succeed(Fence fence) {
        assertThat(fence.await(TimeUnit.SECONDS.toNanos(60))).isPositive();
        assertThat(fence.failure()).isEmpty();
    }

    private static void fail(Fence fence, HeapError error) {
        assertThat(fence.await(TimeUnit.SECONDS.toNanos(60))).isPositive();
        assertThat(fence.failure().orElseThrow().error()).isEqualTo(error);
    }

    private static void fail(CompletionStage<?> stage, HeapError error) {
        assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> CryptoWork.get(stage))
                .havingCause().isInstanceOfSatisfying(HeapException.class, e -> assertThat(e.error()).isEqualTo(error));
    }
}
