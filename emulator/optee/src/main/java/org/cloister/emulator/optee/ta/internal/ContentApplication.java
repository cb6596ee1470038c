// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.emulator.optee.TaSession;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.platform.layout.ContentSample;
import org.cloister.tee.TeeCode;

/**
 * Decrypts samples of protected content, as {@link ContentSample} describes them: from normal memory into restricted
 * memory, and nowhere else, so that no clear sample is ever where the normal world can see it. Encrypts recordings the
 * other way; what is restricted for another use case it gives out in no form, for the client knows the key.
 */
public final class ContentApplication implements TrustedApplication {
    private static final int MAX_DESCRIPTION = 64 * 1024;
    private static final int PIECE = 16 * 1024;

    /** Makes the application. */
    public ContentApplication() {
    }

    @Override
    public UUID uuid() {
        return ContentSample.APPLICATION;
    }

    @Override
    public String name() {
        return "content-decryption";
    }

    @Override
    public Set<TaFlag> flags() {
        return Set.of(TaFlag.SECURE_DATA_PATH);
    }

    @Override
    public TaInstance create(TaPlatform platform) {
        return call -> new Session();
    }

    /** One client's keys. */
    private static final class Session implements TaSession {
        private final Map<UUID, SecretKey> keys = new HashMap<>();

        @Override
        public int invoke(int command, TaCall call) {
            return switch (command) {
                case ContentSample.SET_KEY -> setKey(call);
                case ContentSample.REMOVE_KEY -> removeKey(call);
                case ContentSample.DECRYPT -> decrypt(call);
                case ContentSample.ENCRYPT -> new SampleEncryption(keys).encrypt(call);
                default -> TeeCode.NOT_SUPPORTED;
            };
        }

        private int setKey(TaCall call) {
            call.require(TaParamType.MEMORY_INPUT, TaParamType.MEMORY_INPUT);
            UUID id = keyId(call.memory(0));
            if (call.memory(1).size() != ContentSample.KEY_SIZE) {
                return TeeCode.BAD_PARAMETERS;
            }
            byte[] key = Copies.bytes(call.memory(1), ContentSample.KEY_SIZE);
            keys.put(id, new SecretKeySpec(key, "AES"));
            Arrays.fill(key, (byte) 0);
            return TeeCode.SUCCESS;
        }

        private int removeKey(TaCall call) {
            call.require(TaParamType.MEMORY_INPUT);
            return keys.remove(keyId(call.memory(0))) == null ? TeeCode.ITEM_NOT_FOUND : TeeCode.SUCCESS;
        }

        private static UUID keyId(TaMemory memory) {
            if (memory.size() != ContentSample.KEY_SIZE) {
                throw new TaException(TeeCode.BAD_PARAMETERS, "a key id has 16 bytes, not " + memory.size());
            }
            ByteBuffer id = ByteBuffer.wrap(Copies.bytes(memory, ContentSample.KEY_SIZE));
            return new UUID(id.getLong(), id.getLong());
        }

        private int decrypt(TaCall call) {
            call.require(TaParamType.MEMORY_INPUT, TaParamType.MEMORY_INPUT, TaParamType.MEMORY_OUTPUT);
            TaMemory sample = call.memory(1);
            TaMemory clear = call.memory(2);
            if (clear.check(TaMemory.WRITE | TaMemory.ANY_OWNER | TaMemory.SECURE) != TeeCode.SUCCESS) {
                throw new TaException(TeeCode.ACCESS_DENIED, "the output is not restricted memory");
            }
            if (clear.size() < sample.size()) {
                call.written(2, sample.size());
                return TeeCode.SHORT_BUFFER;
            }
            MemorySegment description = describe(call.memory(0), sample.size());
            Optional<SecretKey> key = Optional.ofNullable(keys.get(ContentSample.keyId(description, 0)));
            if (key.isEmpty() && isEncrypted(description)) {
                throw new TaException(TeeCode.ITEM_NOT_FOUND, "no key of that id was set");
            }
            decrypt(description, key, sample, clear);
            call.written(2, sample.size());
            return TeeCode.SUCCESS;
        }

        /** Reads the description once, and makes sure that its subsamples add up to the sample. */
        private static MemorySegment describe(TaMemory memory, long sampleSize) {
            if (memory.size() > MAX_DESCRIPTION) {
                throw new TaException(TeeCode.BAD_PARAMETERS, "the description has more than 64 KiB");
            }
            MemorySegment description = MemorySegment.ofArray(Copies.bytes(memory, (int) memory.size()));
            int count = ContentSample.checkedSubsampleCount(description, 0, memory.size());
            if (count < 0 || ContentSample.size(count) != memory.size()) {
                throw new TaException(TeeCode.BAD_FORMAT, "the description is malformed");
            }
            long total = 0;
            for (int i = 0; i < count; i++) {
                total += Integer.toUnsignedLong(ContentSample.clear(description, 0, i))
                        + Integer.toUnsignedLong(ContentSample.encrypted(description, 0, i));
            }
            if (count > 0 && total != sampleSize) {
                throw new TaException(TeeCode.BAD_FORMAT, "subsamples of %d bytes are no sample of %d".formatted(
                        total, sampleSize));
            }
            return description;
        }

        /** Clips have samples in clear text too, such as their first seconds. */
        private static boolean isEncrypted(MemorySegment description) {
            int count = ContentSample.checkedSubsampleCount(description, 0, description.byteSize());
            return count == 0
                    || IntStream.range(0, count).anyMatch(i -> ContentSample.encrypted(description, 0, i) != 0);
        }

        private static void decrypt(MemorySegment description, Optional<SecretKey> key, TaMemory sample,
                TaMemory clear) {
            Optional<CounterCipher> cipher = key.map(known -> new CounterCipher(
                    known, ContentSample.ivHigh(description, 0), ContentSample.ivLow(description, 0)));
            byte[] bytes = new byte[(int) Math.min(sample.size(), PIECE)];
            try {
                int count = ContentSample.checkedSubsampleCount(description, 0, description.byteSize());
                if (count == 0) {
                    move(sample, clear, 0, sample.size(), bytes, cipher);
                }
                long at = 0;
                for (int i = 0; i < count; i++) {
                    long open = Integer.toUnsignedLong(ContentSample.clear(description, 0, i));
                    long closed = Integer.toUnsignedLong(ContentSample.encrypted(description, 0, i));
                    move(sample, clear, at, open, bytes, Optional.empty());
                    move(sample, clear, at + open, closed, bytes, cipher);
                    at += open + closed;
                }
            } finally {
                Arrays.fill(bytes, (byte) 0);
                cipher.ifPresent(CounterCipher::erase);
            }
        }

        private static void move(TaMemory from, TaMemory to, long at, long size, byte[] bytes,
                Optional<CounterCipher> cipher) {
            MemorySegment buffer = MemorySegment.ofArray(bytes);
            for (long done = 0; done < size; done += bytes.length) {
                MemorySegment piece = buffer.asSlice(0, Math.min(bytes.length, size - done));
                from.read(at + done, piece);
                cipher.ifPresent(stream -> stream.apply(piece));
                to.write(at + done, piece);
            }
        }
    }
}
