// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.UUID;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the content decryption application is told of a sample (ISO/IEC 23001-7, scheme {@code cenc}), and how it is
 * called.
 *
 * <pre>
 *  0  u8   key_id[16]
 * 16  u8   iv[16]            an initialisation vector of eight bytes is followed by zeros
 * 32  u32  subsample_count   zero: all of the sample is encrypted
 * 36  u32  reserved          zero
 * 40  { u32 clear, u32 encrypted }[subsample_count]   bytes, adding up to the sample
 * </pre>
 *
 * <p>Commands: {@link #SET_KEY} takes the key id (memory, in, 16 bytes) and the key (memory, in, 16 bytes);
 * {@link #REMOVE_KEY} the key id; {@link #DECRYPT} this structure (memory, in), the sample as it was sent (memory, in),
 * and restricted memory for the clear sample (memory, out). Keys belong to the session.
 *
 * <p>{@link #ENCRYPT} goes the other way, for recordings: this structure without subsamples (memory, in), a clear sample
 * of H.264 or HEVC in length-prefixed form (memory, in) in restricted memory for secure video recording and no other,
 * memory for the encrypted sample (memory, out), and memory for this structure with subsamples as the application has
 * chosen them (memory, out): of each unit at most {@link #MOST_CLEAR} bytes stay clear.
 */
@ProviderType
public final class ContentSample {
    /** The uuid of the content decryption application. */
    public static final UUID APPLICATION = UUID.fromString("3f9c2b7e-6d0a-4c58-9e41-0b5a7d2c8f13");
    /** Command: makes a key known. */
    public static final int SET_KEY = 0;
    /** Command: forgets a key. */
    public static final int REMOVE_KEY = 1;
    /** Command: decrypts a sample into restricted memory. */
    public static final int DECRYPT = 2;

    /** Command: encrypts a sample out of restricted memory. */
    public static final int ENCRYPT = 3;
    /** How many bytes of a unit stay clear: its length, its first byte, and what is no whole block. */
    public static final int MOST_CLEAR = 20;

    private static final MemoryLayout SUBSAMPLE = MemoryLayout.structLayout(
            Fields.U32.withName("clear"), Fields.U32.withName("encrypted"));

    /** The layout, with room for one subsample. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U64.withName("key_id_high"),
            Fields.U64.withName("key_id_low"),
            Fields.U64.withName("iv_high"),
            Fields.U64.withName("iv_low"),
            Fields.U32.withName("subsample_count"),
            Fields.U32.withName("reserved"),
            MemoryLayout.sequenceLayout(1, SUBSAMPLE).withName("subsample"));

    /** Bytes before the first subsample. */
    public static final int HEADER_SIZE = 40;
    /** Bytes of a subsample. */
    public static final int SUBSAMPLE_SIZE = 8;
    /** Bytes of a key, a key id, an initialisation vector. */
    public static final int KEY_SIZE = 16;

    // A handle refuses a segment that does not hold its whole layout, and there may be no subsample.
    private static final MemoryLayout HEADER = MemoryLayout.structLayout(
            Fields.U64.withName("key_id_high"),
            Fields.U64.withName("key_id_low"),
            Fields.U64.withName("iv_high"),
            Fields.U64.withName("iv_low"),
            Fields.U32.withName("subsample_count"),
            Fields.U32.withName("reserved"));

    private static final VarHandle KEY_ID_HIGH = Fields.of(HEADER, "key_id_high");
    private static final VarHandle KEY_ID_LOW = Fields.of(HEADER, "key_id_low");
    private static final VarHandle IV_HIGH = Fields.of(HEADER, "iv_high");
    private static final VarHandle IV_LOW = Fields.of(HEADER, "iv_low");
    private static final VarHandle SUBSAMPLE_COUNT = Fields.of(HEADER, "subsample_count");
    private static final VarHandle RESERVED = Fields.of(HEADER, "reserved");
    private static final VarHandle CLEAR =
            SUBSAMPLE.varHandle(PathElement.groupElement("clear")).withInvokeExactBehavior();
    private static final VarHandle ENCRYPTED =
            SUBSAMPLE.varHandle(PathElement.groupElement("encrypted")).withInvokeExactBehavior();

    private ContentSample() {}

    /** Bytes with {@code subsamples} subsamples. */
    public static long size(int subsamples) {
        return HEADER_SIZE + (long) subsamples * SUBSAMPLE_SIZE;
    }

    /**
     * Checks that the structure lies within {@code length} bytes from {@code at}, and reads how many subsamples it has.
     *
     * @return the number of subsamples, or -1 when it does not fit or a reserved field is not zero
     */
    public static int checkedSubsampleCount(MemorySegment segment, long at, long length) {
        if (at < 0 || length < HEADER_SIZE || at > segment.byteSize() - length) {
            return -1;
        }
        int count = (int) SUBSAMPLE_COUNT.get(segment, at);
        return count >= 0 && size(count) <= length && (int) RESERVED.get(segment, at) == 0 ? count : -1;
    }

    /** The key id, as a uuid of the same bytes. */
    public static UUID keyId(MemorySegment segment, long at) {
        return new UUID(Long.reverseBytes((long) KEY_ID_HIGH.get(segment, at)),
                Long.reverseBytes((long) KEY_ID_LOW.get(segment, at)));
    }

    /** The first eight bytes of the initialisation vector, as a big-endian number. */
    public static long ivHigh(MemorySegment segment, long at) {
        return Long.reverseBytes((long) IV_HIGH.get(segment, at));
    }

    /** The last eight bytes of the initialisation vector, as a big-endian number: the block counter. */
    public static long ivLow(MemorySegment segment, long at) {
        return Long.reverseBytes((long) IV_LOW.get(segment, at));
    }

    /** Clear bytes of subsample {@code index}, as an unsigned number. */
    public static int clear(MemorySegment segment, long at, int index) {
        return (int) CLEAR.get(segment, at + size(index));
    }

    /** Encrypted bytes of subsample {@code index}, which follow its clear ones, as an unsigned number. */
    public static int encrypted(MemorySegment segment, long at, int index) {
        return (int) ENCRYPTED.get(segment, at + size(index));
    }

    /** Writes all but the subsamples. */
    public static void write(MemorySegment segment, long at, UUID keyId, long ivHigh, long ivLow, int subsamples) {
        KEY_ID_HIGH.set(segment, at, Long.reverseBytes(keyId.getMostSignificantBits()));
        KEY_ID_LOW.set(segment, at, Long.reverseBytes(keyId.getLeastSignificantBits()));
        IV_HIGH.set(segment, at, Long.reverseBytes(ivHigh));
        IV_LOW.set(segment, at, Long.reverseBytes(ivLow));
        SUBSAMPLE_COUNT.set(segment, at, subsamples);
        RESERVED.set(segment, at, 0);
    }

    /** Writes a subsample. */
    public static void subsample(MemorySegment segment, long at, int index, int clear, int encrypted) {
        CLEAR.set(segment, at + size(index), clear);
        ENCRYPTED.set(segment, at + size(index), encrypted);
    }
}
