// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.emulator.optee.TaSession;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.platform.layout.TrustedDialogue;
import org.cloister.tee.TeeCode;

/** Draws dialogues, as {@link TrustedDialogue} describes them: into restricted memory and nowhere else. */
public final class TrustedUiApplication implements TrustedApplication {
    private static final int CODES = 1_000_000;

    /** Makes the application. */
    public TrustedUiApplication() {
    }

    @Override
    public UUID uuid() {
        return TrustedDialogue.APPLICATION;
    }

    @Override
    public String name() {
        return "trusted-ui";
    }

    @Override
    public Set<TaFlag> flags() {
        return Set.of(TaFlag.SECURE_DATA_PATH);
    }

    @Override
    public TaInstance create(TaPlatform platform) {
        return call -> new Session();
    }

    /** One client's dialogue. */
    private static final class Session implements TaSession {
        private Optional<byte[]> drawn = Optional.empty(); // the digest

        @Override
        public int invoke(int command, TaCall call) {
            return switch (command) {
                case TrustedDialogue.DRAW -> draw(call);
                case TrustedDialogue.VERIFY -> verify(call);
                default -> TeeCode.NOT_SUPPORTED;
            };
        }

        private int draw(TaCall call) {
            call.require(TaParamType.VALUE_INPUT, TaParamType.MEMORY_INPUT, TaParamType.MEMORY_OUTPUT);
            int width = side(call.a(0));
            int height = side(call.b(0));
            String message = message(call.memory(1));
            TaMemory picture = call.memory(2);
            if (picture.check(TaMemory.WRITE | TaMemory.ANY_OWNER | TaMemory.SECURE) != TeeCode.SUCCESS) {
                throw new TaException(TeeCode.ACCESS_DENIED, "the output is not restricted memory");
            }
            long size = (long) Integer.BYTES * width * height;
            if (picture.size() < size) {
                call.written(2, size);
                return TeeCode.SHORT_BUFFER;
            }
            DialoguePicture dialogue = new DialoguePicture(width, height);
            try {
                dialogue.draw(message, "CODE " + "%06d".formatted(call.random().nextInt(CODES)));
                picture.write(0, MemorySegment.ofArray(dialogue.bytes()));
                drawn = Optional.of(sha256(dialogue.bytes()));
            } finally {
                dialogue.erase();
            }
            call.written(2, size);
            return TeeCode.SUCCESS;
        }

        private static int side(int pixels) {
            if (pixels < TrustedDialogue.MIN_SIDE || pixels > TrustedDialogue.MAX_SIDE) {
                throw new TaException(TeeCode.BAD_PARAMETERS, "a dialogue has %d to %d pixels a side, not %d"
                        .formatted(TrustedDialogue.MIN_SIDE, TrustedDialogue.MAX_SIDE, pixels));
            }
            return pixels;
        }

        private static String message(TaMemory memory) {
            if (memory.size() == 0 || memory.size() > TrustedDialogue.MAX_MESSAGE) {
                throw new TaException(TeeCode.BAD_PARAMETERS, "a message has 1 to %d characters, not %d"
                        .formatted(TrustedDialogue.MAX_MESSAGE, memory.size()));
            }
            byte[] text = Copies.bytes(memory, (int) memory.size());
            for (byte letter : text) {
                if (letter < ' ' || letter > '~') {
                    throw new TaException(TeeCode.BAD_FORMAT, "the message is not printable ASCII");
                }
            }
            return new String(text, StandardCharsets.US_ASCII);
        }

        private int verify(TaCall call) {
            call.require(TaParamType.MEMORY_INPUT, TaParamType.VALUE_OUTPUT);
            if (call.memory(0).size() != TrustedDialogue.DIGEST_SIZE) {
                return TeeCode.BAD_PARAMETERS;
            }
            if (drawn.isEmpty()) {
                return TeeCode.BAD_STATE;
            }
            byte[] seen = Copies.bytes(call.memory(0), TrustedDialogue.DIGEST_SIZE);
            call.value(1, MessageDigest.isEqual(seen, drawn.get()) ? 1 : 0, 0);
            drawn = Optional.empty();
            return TeeCode.SUCCESS;
        }

        private static byte[] sha256(byte[] bytes) {
            try {
                return MessageDigest.getInstance("SHA-256").digest(bytes);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("the runtime has no SHA-256", e);
            }
        }
    }
}
