// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.UUID;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A partition as PARTITION_INFO_GET describes it in the receive buffer. In FF-A 1.0 it ends after eight bytes.
 *
 * <pre>
 *  0  u16  endpoint
 *  2  u16  contexts      execution contexts
 *  4  u32  properties
 *  8  u8   uuid[16]      from 1.1 on, in the order in which it is written
 * 24
 * </pre>
 */
@ProviderType
public final class FfaPartition {
    /** The layout from FF-A 1.1 on. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            Fields.U16.withName("endpoint"),
            Fields.U16.withName("contexts"),
            Fields.U32.withName("properties"),
            Fields.U64.withName("uuid_high"),
            Fields.U64.withName("uuid_low"));

    // A handle refuses a segment that does not hold its whole layout.
    private static final MemoryLayout UNTIL_1_0 = MemoryLayout.structLayout(
            Fields.U16.withName("endpoint"),
            Fields.U16.withName("contexts"),
            Fields.U32.withName("properties"));

    /** Bytes from FF-A 1.1 on. */
    public static final int SIZE = 24;
    /** Bytes in FF-A 1.0. */
    public static final int SIZE_1_0 = 8;

    /** Property: takes direct requests. */
    public static final int RECEIVES_DIRECT = 1;
    /** Property: sends direct requests. */
    public static final int SENDS_DIRECT = 1 << 1;
    /** Property: sends and receives indirect messages. */
    public static final int INDIRECT = 1 << 2;
    /** Property: receives notifications; from 1.1 on. */
    public static final int RECEIVES_NOTIFICATIONS = 1 << 3;
    /** Property: runs in AArch64 state; from 1.1 on. */
    public static final int AARCH64 = 1 << 8;

    private static final VarHandle ENDPOINT = Fields.of(UNTIL_1_0, "endpoint");
    private static final VarHandle CONTEXTS = Fields.of(UNTIL_1_0, "contexts");
    private static final VarHandle PROPERTIES = Fields.of(UNTIL_1_0, "properties");
    private static final VarHandle UUID_HIGH = Fields.of(LAYOUT, "uuid_high");
    private static final VarHandle UUID_LOW = Fields.of(LAYOUT, "uuid_low");

    private FfaPartition() {}

    /** Bytes of an entry that a partition manager writes for a caller of {@code version}. */
    public static int size(FfaVersion version) {
        return version == FfaVersion.V1_0 ? SIZE_1_0 : SIZE;
    }

    /** The partition's endpoint id. */
    public static int endpoint(MemorySegment segment, long at) {
        return Short.toUnsignedInt((short) ENDPOINT.get(segment, at));
    }

    /** How many execution contexts it has. */
    public static int contexts(MemorySegment segment, long at) {
        return Short.toUnsignedInt((short) CONTEXTS.get(segment, at));
    }

    /** Its properties. */
    public static int properties(MemorySegment segment, long at) {
        return (int) PROPERTIES.get(segment, at);
    }

    /** Its uuid; from FF-A 1.1 on. Allocates the result. */
    public static UUID uuid(MemorySegment segment, long at) {
        return new UUID(Long.reverseBytes((long) UUID_HIGH.get(segment, at)),
                Long.reverseBytes((long) UUID_LOW.get(segment, at)));
    }

    /** Writes the fields that an entry of {@code version} has. */
    public static void write(MemorySegment segment, long at, FfaVersion version, int endpoint, int contexts,
            int properties, UUID uuid) {
        ENDPOINT.set(segment, at, (short) endpoint);
        CONTEXTS.set(segment, at, (short) contexts);
        PROPERTIES.set(segment, at, properties);
        if (version != FfaVersion.V1_0) {
            UUID_HIGH.set(segment, at, Long.reverseBytes(uuid.getMostSignificantBits()));
            UUID_LOW.set(segment, at, Long.reverseBytes(uuid.getLeastSignificantBits()));
        }
    }
}
