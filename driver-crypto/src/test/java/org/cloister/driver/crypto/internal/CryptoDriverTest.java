// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.crypto.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloister.driver.bench.TestBoard;
import org.cloister.driver.crypto.CryptoDriver;
import org.cloister.driver.crypto.CryptoKey;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.platform.BusFault;
import org.cloister.platform.device.CryptoEvent;
import org.cloister.platform.device.CryptoJob;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.layout.RsaKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver on a real board: what it signs is verified by the runtime's own RSA. */
class CryptoDriverTest {
    private static final byte[] MESSAGE = "Pay 12.50 to the baker".getBytes(StandardCharsets.US_ASCII);

    private final TestBoard board = new TestBoard().serveVideo();
    private final CryptoDriver driver = driver(TestBoard.KEYS);

    @AfterEach
    void switchOff() {
        ((CryptoDriverComponent) driver).close();
        board.close();
    }

    private CryptoDriverComponent driver(String heap) {
        return new CryptoDriverComponent(board.crypto(), board.core().heaps("driver"),
                board.core().importers("driver"), heap, TestBoard.PATIENCE);
    }

    /** The case that a copy by the CPU breaks: padding from here, and a digest that is in restricted memory. */
    @ParameterizedTest
    @ValueSource(ints = {1024, 2048})
    void signsWhatNoCpuCouldCopy(int bits) throws GeneralSecurityException {
        try (DmaBuf message = message(TestBoard.NORMAL); DmaBuf digest = allocate(TestBoard.KEYS);
                CryptoKey key = get(driver.makeRsaKey(bits))) {
            Fence hashed = driver.hash(message, MESSAGE.length, digest);
            byte[] signature = get(driver.sign(key, digest));
            assertThat(hashed.isSignalled()).isTrue();
            assertThat(verifies(key, MESSAGE, signature)).isTrue();
            signature[9] ^= 1;
            assertThat(verifies(key, MESSAGE, signature)).isFalse();
        }
        assertThat(heap(TestBoard.KEYS).usage().buffers()).isZero();
    }

    @Test
    void keysAndDigestsAreOutOfReachOfAllButTheEngine() {
        try (DmaBuf message = message(TestBoard.NORMAL); DmaBuf digest = allocate(TestBoard.KEYS);
                CryptoKey key = get(driver.makeRsaKey(1024))) {
            shown(driver.hash(message, MESSAGE.length, digest));
            for (DmaBuf secret : List.of(digest, ((RestrictedKey) key).memory())) {
                long address = address(secret);
                for (String initiator : List.of("cpu", "gpu", "display", "video-decoder")) {
                    assertThatExceptionOfType(BusFault.class)
                            .isThrownBy(() -> board.memory(initiator).readByte(address));
                    assertThatExceptionOfType(BusFault.class)
                            .isThrownBy(() -> board.memory(initiator).writeByte(address, (byte) 0));
                }
                refused(HeapError.CPU_ACCESS_DENIED, () -> secret.read(0, MemorySegment.ofArray(new byte[1])));
                refused(HeapError.CPU_ACCESS_DENIED, () -> secret.write(0, MemorySegment.ofArray(new byte[1])));
            }
            byte[] inMemory = new byte[4];
            board.memory("crypto").read(address(((RestrictedKey) key).memory()), MemorySegment.ofArray(inMemory));
            assertThat(inMemory).containsExactly('R', 'S', 'A', 'K');
            assertThat(key.toString()).doesNotContain(key.publicKey().getModulus().toString(16));
        }
    }

    @Test
    void keepsKeysAndDigestsOutOfNormalMemory() {
        try (DmaBuf message = message(TestBoard.NORMAL);
                DmaBuf normal = allocate(TestBoard.NORMAL); CryptoKey key = get(driver.makeRsaKey(1024))) {
            refused(HeapError.NOT_PERMITTED, () -> driver.hash(message, MESSAGE.length, normal));
            refused(HeapError.NOT_PERMITTED, () -> driver.sign(key, normal));
            assertThat(message.reservation().isIdle(Fence.Usage.BOOKKEEP)).isTrue();
        }
    }

    @Test
    void aHeapOfNormalMemoryGetsNoKey() {
        CryptoDriverComponent careless = driver(TestBoard.NORMAL);
        refused(HeapError.NOT_PERMITTED, () -> careless.makeRsaKey(1024));
        assertThat(heap(TestBoard.NORMAL).usage().buffers()).isZero();
    }

    @Test
    void waitsForWhoWritesTheMessageAndGivesUpWhenThatFails() throws GeneralSecurityException {
        Fence writer = new Fence("the writer of the test");
        Fence other = new Fence("another");
        try (DmaBuf message = message(TestBoard.NORMAL); DmaBuf digest = allocate(TestBoard.KEYS);
                CryptoKey key = get(driver.makeRsaKey(1024))) {
            message.reservation().add(writer, Fence.Usage.WRITE);
            Fence hashed = driver.hash(message, MESSAGE.length, digest);
            CompletionStage<byte[]> signature = driver.sign(key, digest);
            assertThat(digest.reservation().await(Fence.Usage.WRITE, TimeUnit.MILLISECONDS.toNanos(20))).isZero();
            assertThat(hashed.isSignalled()).isFalse();
            writer.signal();
            assertThat(verifies(key, MESSAGE, get(signature))).isTrue();

            message.reservation().add(other, Fence.Usage.WRITE);
            Fence never = driver.hash(message, MESSAGE.length, digest);
            CompletionStage<byte[]> nothing = driver.sign(key, digest);
            other.fail(new HeapException(HeapError.FAULT, "write", "the message", "of the test", "nothing"));
            failed(never, HeapError.CANCELLED);
            assertFailed(nothing, HeapError.CANCELLED);
        }
    }

    @Test
    void messagesThatItHasNoRightToAreRefused() {
        try (DmaBuf message = message(TestBoard.VIDEO); DmaBuf digest = allocate(TestBoard.KEYS)) {
            refused(HeapError.UNREACHABLE, () -> driver.hash(message, MESSAGE.length, digest));
        }
    }

    @Test
    void refusesWhatIsNoJob() {
        refused(HeapError.INVALID_ARGUMENT, () -> driver.makeRsaKey(512));
        try (DmaBuf message = message(TestBoard.NORMAL); DmaBuf digest = allocate(TestBoard.KEYS)) {
            refused(HeapError.OUT_OF_BOUNDS, () -> driver.hash(message, 0, digest));
            refused(HeapError.OUT_OF_BOUNDS, () -> driver.hash(message, message.size() + 1, digest));
            refused(HeapError.INVALID_ARGUMENT, () -> driver.sign(new Forged(), digest));
            CryptoKey closed = get(driver.makeRsaKey(1024));
            closed.close();
            closed.close();
            refused(HeapError.CLOSED, () -> driver.sign(closed, digest));
        }
    }

    @Test
    void aKeyThatWasSpoiledSignsNothing() {
        try (DmaBuf digest = allocate(TestBoard.KEYS); CryptoKey key = get(driver.makeRsaKey(1024))) {
            board.memory("crypto").writeInt(address(((RestrictedKey) key).memory()), ~RsaKey.MAGIC);
            assertFailed(driver.sign(key, digest), HeapError.INVALID_ARGUMENT);
        }
    }

    @Test
    void aKeyThatSaysItIsShorterSignsNothing() {
        try (DmaBuf digest = allocate(TestBoard.KEYS); CryptoKey key = get(driver.makeRsaKey(1024))) {
            for (int size : new int[] {-1, 0, 32, 64, 127, 129, 385}) {
                board.memory("crypto").writeInt(address(((RestrictedKey) key).memory()) + Integer.BYTES, size);
                assertFailed(driver.sign(key, digest), HeapError.INVALID_ARGUMENT);
            }
        }
    }

    @Test
    void aKeyInNormalMemoryIsNotUsed() {
        try (DmaBuf digest = allocate(TestBoard.KEYS); CryptoKey key = get(driver.makeRsaKey(1024));
                DmaBuf open = heap(TestBoard.NORMAL).allocate(RsaKey.size(128))) {
            byte[] copy = new byte[RsaKey.size(128)];
            board.memory("crypto").read(address(((RestrictedKey) key).memory()), MemorySegment.ofArray(copy));
            open.write(0, MemorySegment.ofArray(copy)); // a sound key, where everybody can read it
            refused(HeapError.NOT_PERMITTED, () -> driver.sign(
                    new RestrictedKey(key.publicKey(), open, copy.length), digest));
            assertThat(digest.reservation().isIdle(Fence.Usage.BOOKKEEP)).isTrue();
        }
    }

    @Test
    void aKeyOfOtherRestrictedMemoryIsNotUsed() {
        try (DmaBuf digest = allocate(TestBoard.KEYS); CryptoKey key = get(driver.makeRsaKey(1024));
                DmaBuf video = heap(TestBoard.VIDEO).allocate(RsaKey.size(128))) {
            refused(HeapError.NOT_PERMITTED, () -> driver.sign(
                    new RestrictedKey(key.publicKey(), video, RsaKey.size(128)), digest));
            refused(HeapError.NOT_PERMITTED, () -> driver.sign(key, video));
        }
    }

    @Test
    void whatIsPaddedInAnotherWayVerifiesNowhere() throws Exception {
        try (DmaBuf message = message(TestBoard.NORMAL); DmaBuf digest = allocate(TestBoard.KEYS);
                CryptoKey key = get(driver.makeRsaKey(1024))) {
            shown(driver.hash(message, MESSAGE.length, digest));
            byte[] padding = SignaturePadding.forModulus(128);
            assertThat(verifies(key, MESSAGE, signed(key, digest, padding))).isTrue();
            for (int damage : new int[] {1, 2, 40, padding.length - 20, padding.length - 1}) {
                byte[] wrong = padding.clone();
                wrong[damage] ^= 0x20;
                assertThat(verifies(key, MESSAGE, signed(key, digest, wrong))).as("byte %d", damage).isFalse();
            }
        }
    }

    /** What the engine makes of any padding, the driver left out. */
    private byte[] signed(CryptoKey key, DmaBuf digest, byte[] padding) throws Exception {
        BlockingQueue<CryptoEvent> events = new LinkedBlockingQueue<>();
        DmaBuf memory = ((RestrictedKey) key).memory();
        board.crypto().submit(0, new CryptoJob.RsaPrivate(
                List.of(new MemoryRange(address(memory), RsaKey.size(128))),
                List.of(new CryptoJob.Piece.Immediate(padding),
                        new CryptoJob.Piece.Memory(List.of(new MemoryRange(address(digest), 32))))), events::add);
        return ((CryptoEvent.Done) events.poll(60, TimeUnit.SECONDS)).result();
    }

    @Test
    void isThereBeforeItsHeapAndSaysWhatItWaitsFor() {
        assertThat(driver.readiness().ready()).isTrue();
        CryptoDriverComponent early = driver("acme,keys");
        assertThat(early.readiness().text()).startsWith("waiting for heap acme,keys");
        refused(HeapError.NO_SUCH_HEAP, () -> early.makeRsaKey(1024));
    }

    @Test
    void aBoardThatGoesOffAndAStoppedDriverFailJobs() {
        Fence writer = new Fence("the writer of the test");
        try (DmaBuf message = message(TestBoard.NORMAL); DmaBuf digest = allocate(TestBoard.KEYS)) {
            message.reservation().add(writer, Fence.Usage.WRITE);
            Fence hashed = driver.hash(message, MESSAGE.length, digest);
            ((CryptoDriverComponent) driver).close();
            failed(hashed, HeapError.CLOSED);
            refused(HeapError.CLOSED, () -> driver.hash(message, 1, digest));
            CryptoDriverComponent next = driver(TestBoard.KEYS);
            board.crypto().close();
            writer.signal();
            failed(next.hash(message, 1, digest), HeapError.CLOSED);
        }
        assertThat(heap(TestBoard.KEYS).usage().buffers()).isZero();
    }

    private record Forged() implements CryptoKey {
        @Override
        public RSAPublicKey publicKey() {
            throw new AssertionError("nobody asks");
        }

        @Override
        public void close() {
        }
    }

    private Heap heap(String name) {
        return board.core().heaps("client").find(name).orElseThrow();
    }

    private DmaBuf allocate(String heap) {
        return heap(heap).allocate(64);
    }

    private DmaBuf message(String heap) {
        DmaBuf buffer = allocate(heap);
        buffer.write(0, MemorySegment.ofArray(MESSAGE));
        return buffer;
    }

    private long address(DmaBuf buffer) {
        try (Attachment attachment =
                        board.core().importers("client").attach(buffer, driver.secretImporter(), Access.READ);
                Mapping mapping = attachment.map(Access.READ, Duration.ofSeconds(60))) {
            SegmentCursor cursor = mapping.cursor();
            assertThat(cursor.next()).isTrue();
            return cursor.address();
        }
    }

    private static boolean verifies(CryptoKey key, byte[] message, byte[] signature) throws GeneralSecurityException {
        Signature verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(key.publicKey());
        verifier.update(message);
        return verifier.verify(signature);
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static void shown(Fence fence) {
        assertThat(fence.await(TimeUnit.SECONDS.toNanos(60))).isPositive();
        assertThat(fence.failure()).isEmpty();
    }

    private static void failed(Fence fence, HeapError error) {
        assertThat(fence.await(TimeUnit.SECONDS.toNanos(60))).isPositive();
        assertThat(fence.failure().orElseThrow().error()).isEqualTo(error);
    }

    private static void assertFailed(CompletionStage<?> stage, HeapError error) {
        assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> get(stage))
                .havingCause().isInstanceOfSatisfying(HeapException.class, e -> assertThat(e.error()).isEqualTo(error));
    }

    private static void refused(HeapError error, Runnable action) {
        assertThatExceptionOfType(HeapException.class).isThrownBy(action::run)
                .satisfies(e -> assertThat(e.error()).isEqualTo(error));
    }
}
