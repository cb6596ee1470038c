// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An RSA key as a crypto engine keeps it in memory.
 *
 * <pre>
 *  0  u32  magic          0x4b415352
 *  4  u32  size           bytes of the modulus
 *  8  u8   modulus[size]  big-endian
 *     u8   exponent[size] the private one, big-endian
 * </pre>
 *
 * @param modulus the modulus
 * @param exponent the private exponent
 */
@ProviderType
public record RsaKey(BigInteger modulus, BigInteger exponent) {
    /** What a key begins with. */
    public static final int MAGIC = 0x4b41_5352;
    /** Bytes before the modulus. */
    public static final int HEADER_SIZE = 8;
    /** The largest modulus, in bytes. */
    public static final int MAX_MODULUS = 384;

    private static final MemoryLayout HEADER =
            MemoryLayout.structLayout(Fields.U32.withName("magic"), Fields.U32.withName("size"));
    private static final VarHandle MAGIC_FIELD = Fields.of(HEADER, "magic");
    private static final VarHandle SIZE = Fields.of(HEADER, "size");

    /** Bytes of a key whose modulus has {@code modulus} bytes. */
    public static int size(int modulus) {
        return HEADER_SIZE + 2 * modulus;
    }

    /** Writes it to the beginning of {@code memory}. */
    public void write(MemorySegment memory) {
        int bytes = modulus.bitLength() + Byte.SIZE - 1 >> 3;
        MAGIC_FIELD.set(memory, 0L, MAGIC);
        SIZE.set(memory, 0L, bytes);
        MemorySegment.copy(MemorySegment.ofArray(bigEndian(modulus, bytes)), 0, memory, HEADER_SIZE, bytes);
        MemorySegment.copy(MemorySegment.ofArray(bigEndian(exponent, bytes)), 0, memory, HEADER_SIZE + bytes, bytes);
    }

    /** Reads a key; empty when there is none. */
    public static Optional<RsaKey> read(MemorySegment memory) {
        if (memory.byteSize() < HEADER_SIZE || (int) MAGIC_FIELD.get(memory, 0L) != MAGIC) {
            return Optional.empty();
        }
        int bytes = (int) SIZE.get(memory, 0L);
        if (bytes < 1 || bytes > MAX_MODULUS || size(bytes) > memory.byteSize()) {
            return Optional.empty();
        }
        BigInteger modulus = number(memory, HEADER_SIZE, bytes);
        return modulus.signum() == 0 ? Optional.empty()
                : Optional.of(new RsaKey(modulus, number(memory, HEADER_SIZE + bytes, bytes)));
    }

    private static BigInteger number(MemorySegment memory, int at, int size) {
        byte[] bytes = new byte[size];
        MemorySegment.copy(memory, at, MemorySegment.ofArray(bytes), 0, size);
        return new BigInteger(1, bytes);
    }

    /** A number of at most {@code size} bytes, as {@code size} bytes. */
    public static byte[] bigEndian(BigInteger number, int size) {
        byte[] shortest = number.toByteArray();
        byte[] bytes = new byte[size];
        int length = Math.min(size, shortest.length);
        System.arraycopy(shortest, shortest.length - length, bytes, size - length, length);
        return bytes;
    }

    /** Tells nothing. */
    @Override
    public String toString() {
        return "RSA key of %d bits".formatted(modulus.bitLength());
    }
}
