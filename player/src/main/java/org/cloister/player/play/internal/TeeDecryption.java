// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapException;
import org.cloister.platform.layout.ContentSample;
import org.cloister.player.clip.internal.CencScheme;
import org.cloister.player.clip.internal.ClipException;
import org.cloister.player.clip.internal.ContentKeys;
import org.cloister.player.clip.internal.KeyId;
import org.cloister.player.clip.internal.Sample;
import org.cloister.player.clip.internal.SampleProtection;
import org.cloister.player.clip.internal.SampleProtection.Subsample;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeSession;

/**
 * Has the content decryption application of a trusted OS decrypt: samples go in as the file has them, through memory that
 * both worlds see, and come out in restricted memory only.
 *
 * <p>Content keys are handed to the application when the first sample asks for them. They pass through shared memory,
 * which is wiped at once: the player stands in for a licence server, whose answer would be encrypted for the application
 * and of no use to anybody between.
 *
 * <pre>
 *   shared memory:  key id ─ key                         while a key is handed over
 *                   description (ContentSample) ─ sample   while a sample is decrypted
 * </pre>
 */
final class TeeDecryption implements Decryption {
    private static final long LEAST_SHARED = 1 << 20;
    private static final int ALIGNMENT = 64;
    private static final KeyId NO_KEY = new KeyId("0".repeat(2 * KeyId.LENGTH));

    private final String clip;
    private final ContentKeys keys;
    private final Tee tee;
    private final TeeSession session;
    private final Set<KeyId> known = new HashSet<>();
    private SharedMemory shared;

    /**
     * Opens a session.
     *
     * @throws HeapException {@code FIRMWARE_REFUSED} when the trusted OS has no such application
     */
    TeeDecryption(String clip, ContentKeys keys, Tee tee) {
        this.clip = clip;
        this.keys = keys;
        this.tee = tee;
        session = open(tee);
        boolean done = false;
        try {
            shared = tee.allocate(LEAST_SHARED, Direction.INPUT);
            done = true;
        } finally {
            if (!done) {
                session.close();
            }
        }
    }

    private static TeeSession open(Tee tee) {
        try {
            return tee.open(ContentSample.APPLICATION, Login.PUBLIC);
        } catch (HeapException e) {
            throw new HeapException(e.error(), e.what(), e.which(),
                    "%s does not open the content decryption application %s: %s"
                            .formatted(tee.version().name(), ContentSample.APPLICATION, e.why()), e.remedy(), e);
        }
    }

    @Override
    public String by() {
        return "the content decryption application in " + tee.version().name();
    }

    @Override
    public void decrypt(Sample sample, DmaBuf into) {
        List<Subsample> parts = sample.parts(clip);
        KeyId key = sample.protection().map(this::prepare).orElse(NO_KEY);
        long description = ContentSample.size(parts.size());
        long at = description + ALIGNMENT - 1 & -ALIGNMENT;
        long length = sample.data().length;
        MemorySegment memory = room(at + length);
        describe(memory, key, sample, parts);
        MemorySegment.copy(MemorySegment.ofArray(sample.data()), 0, memory, at, length);
        try (SharedMemory out = tee.register(into, Direction.OUTPUT)) {
            session.invoke(ContentSample.DECRYPT,
                    new Param.Memory(shared, 0, description, Direction.INPUT),
                    new Param.Memory(shared, at, length, Direction.INPUT),
                    new Param.Memory(out, 0, length, Direction.OUTPUT))
                    .orElseThrow("decrypt sample %d of %s".formatted(sample.index(), clip));
        }
    }

    @Override
    public void requireAccess(DmaBuf into) {
        tee.register(into, Direction.OUTPUT).close();
    }

    /** Makes sure that the application can decrypt it. */
    private KeyId prepare(SampleProtection protection) {
        if (protection.scheme() != CencScheme.CENC) {
            throw new ClipException("play", clip, "its protection scheme is %s, and %s knows %s only".formatted(
                    protection.scheme(), by(), CencScheme.CENC),
                    "play it on a board whose memory the CPU can write, such as jacinto");
        }
        if (!known.contains(protection.keyId())) {
            handOver(protection.keyId());
            known.add(protection.keyId());
        }
        return protection.keyId();
    }

    private void handOver(KeyId id) {
        byte[] key = keys.require(id, clip).getEncoded();
        MemorySegment both = room(2L * ContentSample.KEY_SIZE).asSlice(0, 2L * ContentSample.KEY_SIZE);
        MemorySegment.copy(MemorySegment.ofArray(id.bytes()), 0, both, 0, ContentSample.KEY_SIZE);
        MemorySegment.copy(MemorySegment.ofArray(key), 0, both, ContentSample.KEY_SIZE, ContentSample.KEY_SIZE);
        try {
            session.invoke(ContentSample.SET_KEY,
                    new Param.Memory(shared, 0, ContentSample.KEY_SIZE, Direction.INPUT),
                    new Param.Memory(shared, ContentSample.KEY_SIZE, ContentSample.KEY_SIZE, Direction.INPUT))
                    .orElseThrow("hand over the key of " + clip);
        } finally {
            both.fill((byte) 0);
        }
    }

    private static void describe(MemorySegment memory, KeyId key, Sample sample, List<Subsample> parts) {
        ByteBuffer id = ByteBuffer.wrap(key.bytes());
        ByteBuffer iv = ByteBuffer.allocate(ContentSample.KEY_SIZE);
        sample.protection().ifPresent(protection -> iv.put(protection.iv()));
        ContentSample.write(memory, 0, new UUID(id.getLong(), id.getLong()), iv.getLong(0), iv.getLong(Long.BYTES),
                parts.size());
        for (int i = 0; i < parts.size(); i++) {
            ContentSample.subsample(memory, 0, i, (int) parts.get(i).clear(), (int) parts.get(i).covered());
        }
    }

    /** The shared memory, with that many bytes at least. */
    private MemorySegment room(long bytes) {
        if (shared.size() < bytes) {
            SharedMemory larger = tee.allocate(Long.highestOneBit(bytes - 1) << 1, Direction.INPUT);
            wipe();
            shared.close();
            shared = larger;
        }
        return shared.segment().orElseThrow();
    }

    /** So that nobody who gets the memory next finds what was in it; memory that the trusted OS took along is gone. */
    private void wipe() {
        MemorySegment memory = shared.segment().orElseThrow();
        if (memory.scope().isAlive()) {
            memory.fill((byte) 0);
        }
    }

    @Override
    public void close() {
        session.close();
        wipe();
        shared.close();
    }
}
