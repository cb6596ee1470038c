// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.SecretKey;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.heap.UseCase;
import org.cloister.platform.layout.ContentSample;
import org.cloister.tee.TeeCode;

/** Encrypts samples of recordings with the keys of a session. For one thread. */
final class SampleEncryption {
    private static final int MAX_SAMPLE = 4 << 20;
    private static final int PREFIX = Integer.BYTES;
    private static final int BLOCK = 16;

    private final Map<UUID, SecretKey> keys;

    private record Part(int clear, int encrypted) {}

    SampleEncryption(Map<UUID, SecretKey> keys) {
        this.keys = keys;
    }

    int encrypt(TaCall call) {
        call.require(TaParamType.MEMORY_INPUT, TaParamType.MEMORY_INPUT, TaParamType.MEMORY_OUTPUT,
                TaParamType.MEMORY_OUTPUT);
        TaMemory sample = call.memory(1);
        requireRecording(sample);
        if (call.memory(0).size() != ContentSample.HEADER_SIZE) {
            throw new TaException(TeeCode.BAD_PARAMETERS, "the description has subsamples already, or is none");
        }
        MemorySegment wanted = MemorySegment.ofArray(Copies.bytes(call.memory(0), ContentSample.HEADER_SIZE));
        if (ContentSample.checkedSubsampleCount(wanted, 0, ContentSample.HEADER_SIZE) != 0) {
            throw new TaException(TeeCode.BAD_FORMAT, "the description is malformed");
        }
        SecretKey key = keys.get(ContentSample.keyId(wanted, 0));
        if (key == null) {
            throw new TaException(TeeCode.ITEM_NOT_FOUND, "no key of that id was set");
        }
        byte[] bytes = Copies.bytes(sample, (int) sample.size());
        try {
            List<Part> parts = parts(bytes);
            if (call.memory(2).size() < bytes.length || call.memory(3).size() < ContentSample.size(parts.size())) {
                call.written(2, bytes.length);
                call.written(3, ContentSample.size(parts.size()));
                return TeeCode.SHORT_BUFFER;
            }
            encrypt(bytes, parts, new CounterCipher(key, ContentSample.ivHigh(wanted, 0), ContentSample.ivLow(wanted, 0)));
            call.memory(2).write(0, MemorySegment.ofArray(bytes));
            call.memory(3).write(0, description(wanted, parts));
            call.written(2, bytes.length);
            call.written(3, ContentSample.size(parts.size()));
            return TeeCode.SUCCESS;
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static void requireRecording(TaMemory sample) {
        if (sample.check(TaMemory.READ | TaMemory.ANY_OWNER | TaMemory.SECURE) != TeeCode.SUCCESS
                || sample.useCase() != UseCase.SECURE_VIDEO_RECORD.id()) {
            throw new TaException(TeeCode.ACCESS_DENIED, "the sample is not in restricted memory for recordings");
        }
        if (sample.size() == 0 || sample.size() > MAX_SAMPLE) {
            throw new TaException(TeeCode.BAD_PARAMETERS, "a sample has 1 to %d bytes, not %d".formatted(
                    MAX_SAMPLE, sample.size()));
        }
    }

    /** One for each unit: whole blocks are encrypted. */
    private static List<Part> parts(byte[] sample) {
        List<Part> parts = new ArrayList<>();
        ByteBuffer units = ByteBuffer.wrap(sample);
        while (units.hasRemaining()) {
            int length = units.remaining() > PREFIX ? units.getInt() : 0;
            if (length < 1 || length > units.remaining()) {
                throw new TaException(TeeCode.BAD_FORMAT, "the sample is not made of units with their lengths");
            }
            int encrypted = (length - 1) / BLOCK * BLOCK;
            parts.add(new Part(PREFIX + length - encrypted, encrypted));
            units.position(units.position() + length);
        }
        return parts;
    }

    private static void encrypt(byte[] sample, List<Part> parts, CounterCipher cipher) {
        MemorySegment all = MemorySegment.ofArray(sample);
        long at = 0;
        for (Part part : parts) {
            at += part.clear();
            cipher.apply(all.asSlice(at, part.encrypted()));
            at += part.encrypted();
        }
        cipher.erase();
    }

    private static MemorySegment description(MemorySegment wanted, List<Part> parts) {
        MemorySegment full = MemorySegment.ofArray(new byte[(int) ContentSample.size(parts.size())]);
        ContentSample.write(full, 0, ContentSample.keyId(wanted, 0), ContentSample.ivHigh(wanted, 0),
                ContentSample.ivLow(wanted, 0), parts.size());
        for (int i = 0; i < parts.size(); i++) {
            ContentSample.subsample(full, 0, i, parts.get(i).clear(), parts.get(i).encrypted());
        }
        return full;
    }
}
