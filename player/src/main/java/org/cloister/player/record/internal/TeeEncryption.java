// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.record.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.layout.ContentSample;
import org.cloister.player.clip.internal.ContentKeys;
import org.cloister.player.clip.internal.KeyId;
import org.cloister.player.clip.internal.SampleProtection.Subsample;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeSession;

/**
 * Has the content application of a trusted OS encrypt samples out of restricted memory. The key is handed over once,
 * as the player does: it stands in for who may watch the recording. For one thread.
 */
final class TeeEncryption implements AutoCloseable {
    private static final int MOST_SUBSAMPLES = 40;

    private final Tee tee;
    private final TeeSession session;
    private final KeyId keyId;
    private final SharedMemory shared;
    private final long descriptionAt;

    /** An encrypted sample; its data is valid until the next one is encrypted. */
    record Encrypted(ByteBuffer data, List<Subsample> parts) {}

    private TeeEncryption(Tee tee, TeeSession session, KeyId keyId, long mostBytes) {
        this.tee = tee;
        this.session = session;
        this.keyId = keyId;
        this.descriptionAt = mostBytes + Long.BYTES - 1 & -Long.BYTES;
        this.shared = tee.allocate(descriptionAt + ContentSample.size(MOST_SUBSAMPLES), Direction.INOUT);
    }

    /**
     * Opens a session with the first trusted OS that has the application and knows the memory, and hands the key over.
     *
     * @param trial a buffer of the heap for recordings
     * @param mostBytes the longest sample
     * @throws HeapException {@code NOT_SUPPORTED} when there is none, and why
     */
    static TeeEncryption open(List<Tee> tees, DmaBuf trial, KeyId keyId, ContentKeys keys, long mostBytes) {
        List<String> reasons = new ArrayList<>();
        for (Tee tee : tees) {
            try {
                tee.register(trial, Direction.INPUT).close();
            } catch (HeapException e) {
                reasons.add("%s cannot read it: %s".formatted(tee.version().name(), e.why()));
                continue;
            }
            TeeSession session = tee.open(ContentSample.APPLICATION, Login.PUBLIC);
            boolean done = false;
            try {
                byte[] key = keys.require(keyId, "the recording").getEncoded();
                session.invoke(ContentSample.SET_KEY,
                        new Param.Temporary(MemorySegment.ofArray(keyId.bytes()), Direction.INPUT),
                        new Param.Temporary(MemorySegment.ofArray(key), Direction.INPUT))
                        .orElseThrow("hand over the key of a recording");
                TeeEncryption encryption = new TeeEncryption(tee, session, keyId, mostBytes);
                done = true;
                return encryption;
            } finally {
                if (!done) {
                    session.close();
                }
            }
        }
        throw new HeapException(HeapError.NOT_SUPPORTED, "record", "heap " + trial.record().heap(),
                reasons.isEmpty() ? "there is no trusted OS to encrypt out of it" : String.join("; ", reasons),
                "choose a board with a trusted OS that serves the heap, such as lab");
    }

    /** Who encrypts, for reports. */
    String by() {
        return "the content decryption application in " + tee.version().name();
    }

    /** Encrypts the first {@code length} bytes of a buffer. */
    Encrypted encrypt(DmaBuf from, long length, long iv) {
        ByteBuffer id = ByteBuffer.wrap(keyId.bytes());
        MemorySegment wanted = MemorySegment.ofArray(new byte[ContentSample.HEADER_SIZE]);
        ContentSample.write(wanted, 0, new UUID(id.getLong(), id.getLong()), iv, 0, 0);
        try (SharedMemory clear = tee.register(from, Direction.INPUT)) {
            session.invoke(ContentSample.ENCRYPT,
                    new Param.Temporary(wanted, Direction.INPUT),
                    new Param.Memory(clear, 0, length, Direction.INPUT),
                    new Param.Memory(shared, 0, length, Direction.OUTPUT),
                    new Param.Memory(shared, descriptionAt, shared.size() - descriptionAt, Direction.OUTPUT))
                    .orElseThrow("encrypt a sample of a recording");
        }
        MemorySegment memory = shared.segment().orElseThrow();
        int count = ContentSample.checkedSubsampleCount(memory, descriptionAt, shared.size() - descriptionAt);
        List<Subsample> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parts.add(new Subsample(Integer.toUnsignedLong(ContentSample.clear(memory, descriptionAt, i)),
                    Integer.toUnsignedLong(ContentSample.encrypted(memory, descriptionAt, i))));
        }
        return new Encrypted(memory.asSlice(0, length).asByteBuffer(), parts);
    }

    @Override
    public void close() {
        session.close();
        shared.close();
    }
}
