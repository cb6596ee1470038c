// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
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
import org.cloister.tee.TeeCode;

/**
 * Seals keys of the kernel so that only this machine can open them (OP-TEE: the {@code trusted_keys} early TA). Command
 * 0 gives random bytes, 1 seals a key, 2 opens a sealed key.
 *
 * <p>A sealed key: one reserved byte, 16 bytes of initialisation vector, 16 bytes of tag, the encrypted key. It is
 * encrypted by AES-GCM with a key that is derived from the machine's own.
 */
public final class TrustedKeysApplication implements TrustedApplication {
    private static final UUID ID = UUID.fromString("f04a0fe7-1f5d-4b9b-abf7-619b85b4ce8c");
    private static final int RANDOM = 0;
    private static final int SEAL = 1;
    private static final int UNSEAL = 2;
    private static final int MAX_SIZE = 512;
    private static final int IV = 16;
    private static final int TAG = 16;
    private static final int HEADER = 1 + IV + TAG;

    private final SecretKeySpec key;

    /**
     * Makes the application.
     *
     * @param uniqueKey the machine's secret
     */
    public TrustedKeysApplication(byte[] uniqueKey) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(uniqueKey, "HmacSHA256"));
            key = new SecretKeySpec(mac.doFinal(ID.toString().getBytes(StandardCharsets.US_ASCII)),
                    "AES");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the runtime has no HmacSHA256", e);
        }
    }

    @Override
    public UUID uuid() {
        return ID;
    }

    @Override
    public String name() {
        return "trusted-keys";
    }

    @Override
    public Set<TaFlag> flags() {
        return Set.of(TaFlag.SINGLE_INSTANCE, TaFlag.MULTI_SESSION, TaFlag.DEVICE);
    }

    @Override
    public TaInstance create(TaPlatform platform) {
        return this::open;
    }

    private TaSession open(TaCall call) {
        if (call.clientLogin() != TaCall.LOGIN_KERNEL) {
            throw new TaException(TeeCode.ACCESS_DENIED, "only the kernel may seal its keys");
        }
        return this::invoke;
    }

    private int invoke(int command, TaCall call) {
        return switch (command) {
            case RANDOM -> random(call);
            case SEAL -> seal(call);
            case UNSEAL -> unseal(call);
            default -> TeeCode.NOT_SUPPORTED;
        };
    }

    private static int random(TaCall call) {
        call.require(TaParamType.MEMORY_OUTPUT);
        TaMemory out = call.memory(0);
        if (out.size() == 0 || out.size() > Integer.MAX_VALUE) {
            return TeeCode.BAD_PARAMETERS;
        }
        byte[] bytes = new byte[(int) out.size()];
        call.random().nextBytes(bytes);
        out.write(0, MemorySegment.ofArray(bytes));
        return TeeCode.SUCCESS;
    }

    private int seal(TaCall call) {
        call.require(TaParamType.MEMORY_INPUT, TaParamType.MEMORY_OUTPUT);
        long size = call.memory(0).size();
        if (size == 0 || size > MAX_SIZE - HEADER) {
            return TeeCode.BAD_PARAMETERS;
        }
        if (call.memory(1).size() < size + HEADER) {
            call.written(1, size + HEADER);
            return TeeCode.SHORT_BUFFER;
        }
        byte[] iv = new byte[IV];
        call.random().nextBytes(iv);
        byte[] plain = Copies.bytes(call.memory(0), (int) size);
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, iv, plain);
        Arrays.fill(plain, (byte) 0);
        ByteBuffer blob = ByteBuffer.allocate((int) size + HEADER)
                .put((byte) 0).put(iv)
                .put(sealed, (int) size, TAG)
                .put(sealed, 0, (int) size);
        call.memory(1).write(0, MemorySegment.ofArray(blob.array()));
        call.written(1, size + HEADER);
        return TeeCode.SUCCESS;
    }

    private int unseal(TaCall call) {
        call.require(TaParamType.MEMORY_INPUT, TaParamType.MEMORY_OUTPUT);
        long size = call.memory(0).size();
        if (size <= HEADER || size > MAX_SIZE) {
            return TeeCode.BAD_PARAMETERS;
        }
        long plainSize = size - HEADER;
        if (call.memory(1).size() < plainSize) {
            call.written(1, plainSize);
            return TeeCode.SHORT_BUFFER;
        }
        byte[] blob = Copies.bytes(call.memory(0), (int) size);
        byte[] sealed = ByteBuffer.allocate((int) plainSize + TAG)
                .put(blob, HEADER, (int) plainSize)
                .put(blob, 1 + IV, TAG)
                .array();
        byte[] plain = crypt(Cipher.DECRYPT_MODE, Arrays.copyOfRange(blob, 1, 1 + IV), sealed);
        call.memory(1).write(0, MemorySegment.ofArray(plain));
        Arrays.fill(plain, (byte) 0);
        call.written(1, plainSize);
        return TeeCode.SUCCESS;
    }

    private byte[] crypt(int mode, byte[] iv, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(8 * TAG, iv));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new TaException(TeeCode.SECURITY, "the key was not sealed by this machine");
        }
    }
}
