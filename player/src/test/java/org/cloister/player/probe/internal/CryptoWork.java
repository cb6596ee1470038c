// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.cloister.driver.crypto.CryptoKey;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importer;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.player.probe.internal.GatedMemory.Stop;

/** What the crypto engine of a board works with: a key, a message in restricted memory, and room for its digest. */
final class CryptoWork implements AutoCloseable {
    static final int SIZE = 4096;
    static final int BITS = 1024;

    private final CryptoBoard board;
    private final CryptoKey key;
    private final DmaBuf memory; // of the key
    private final DmaBuf message;
    private final DmaBuf digest;

    /** Makes a key, and a message with such content. */
    CryptoWork(CryptoBoard board, byte[] content) {
        this(board, content, get(board.driver().makeRsaKey(BITS)));
    }

    /** With the key that was made last. */
    CryptoWork(CryptoBoard board, byte[] content, CryptoKey key) {
        this.board = board;
        this.key = key;
        this.memory = board.lastUsed();
        this.message = allocate();
        this.digest = allocate();
        // the CPU cannot write it, a device can
        board.soc().memory("crypto").write(place(message), MemorySegment.ofArray(content));
    }

    DmaBuf allocate() {
        return board.heap(CryptoBoard.KEYS).allocate(SIZE);
    }

    CryptoKey key() {
        return key;
    }

    DmaBuf message() {
        return message;
    }

    DmaBuf digest() {
        return digest;
    }

    /** The memory of the key, the message and the digest. */
    List<DmaBuf> all() {
        return List.of(memory, message, digest);
    }

    Fence hash() {
        return hash(digest);
    }

    Fence hash(DmaBuf into) {
        return board.driver().hash(message, SIZE, into);
    }

    CompletionStage<byte[]> sign(CryptoKey with) {
        return board.driver().sign(with, digest);
    }

    /**
     * A job in the middle of which the engine stands still.
     *
     * @param stop lets it go on
     * @param result what comes of it
     */
    record Begun<T>(Stop stop, T result) {}

    /** The engine stands still before it reads the message. */
    Begun<Fence> beginToHash() {
        return begin(message, this::hash);
    }

    /** The engine stands still before it reads the digest; it has the key by then. */
    Begun<CompletionStage<byte[]>> beginToSign() {
        return begin(digest, () -> sign(key));
    }

    private <T> Begun<T> begin(DmaBuf first, Supplier<T> job) {
        long from = place(first);
        Stop stop = board.gate().stopAt(at -> at == from);
        T result = job.get();
        stop.await();
        return new Begun<>(stop, result);
    }

    private long place(DmaBuf buffer) {
        Importer importer = board.driver().secretImporter();
        try (Attachment attachment = board.importers().attach(buffer, importer, Access.READ_WRITE);
                Mapping mapping = attachment.map(Access.READ, Duration.ofSeconds(60))) {
            SegmentCursor cursor = mapping.cursor();
            assertThat(cursor.next()).isTrue();
            return cursor.address();
        }
    }

    static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        digest.close();
        message.close();
        key.close();
    }
}
