// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.util.UUID;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How MediaTek's memory application is called. Numbers are of 32 bits and unsigned; parameters and numbers that the
 * tables leave out are absent and zero.
 *
 * <table>
 *   <caption>Current numbering (the kernel series from January 2024 on, and ChromeOS kernels)</caption>
 *   <tr><th>id</th><th>command</th><th>parameters</th></tr>
 *   <tr><td>0x10000</td><td>{@link #ZEROED_ALLOCATE}</td><td>0 in: a size, b alignment; 1 in: a memory type; 2 in-out:
 *     in a base and b size of contiguous memory that is handed over, or zeros; out a number of segments, b the address
 *     if there is one; 3 out: a handle</td></tr>
 *   <tr><td>0x10001</td><td>{@link #FREE}</td><td>0 in: a handle; 1 out: a zero when it was freed</td></tr>
 *   <tr><td>0x10002</td><td>{@link #RETRIEVE_SEGMENTS}</td><td>0 in: a handle; 1 memory out: {@link MtkSegment}s</td></tr>
 *   <tr><td>0x10003</td><td>{@link #REGION_COUNT}</td><td>0 in-out: in a base and b size of contiguous memory, out a how
 *     many ranges of it the hardware can protect at a time</td></tr>
 * </table>
 *
 * <table>
 *   <caption>Legacy numbering (the kernel series from September to December 2023)</caption>
 *   <tr><th>id</th><th>command</th><th>parameters</th></tr>
 *   <tr><td>2, 5</td><td>{@link #LEGACY_ALLOCATE}, {@link #LEGACY_CHUNK_ALLOCATE}</td><td>as the next</td></tr>
 *   <tr><td>14, 15</td><td>{@link #LEGACY_ZEROED_ALLOCATE}, {@link #LEGACY_CHUNK_ZEROED_ALLOCATE}</td><td>0 in: a
 *     alignment, b memory type; 1 in: a size; 2 in-out: in a base and b size of contiguous memory that is handed over, or
 *     zeros; out a handle</td></tr>
 *   <tr><td>3, 6</td><td>{@link #LEGACY_REFERENCE}, {@link #LEGACY_CHUNK_REFERENCE}</td><td>as the next</td></tr>
 *   <tr><td>4, 7</td><td>{@link #LEGACY_UNREFERENCE}, {@link #LEGACY_CHUNK_UNREFERENCE}</td><td>0 in: a handle; 1 out: a
 *     zero when it was done</td></tr>
 * </table>
 *
 * <p>The legacy numbering has no way to ask where a buffer is: drivers passed the handle on. When nothing is left of
 * contiguous memory that was handed over, it is the normal world's again, all zeros, as soon as the call returns that
 * freed the last of it.
 *
 * <p>{@link #PROTECT_FOR} is Cloister's own, after what kernel reviewers asked for instead of one interface a vendor:
 * a device, a region, and what the device may do with it. An application that has no such command answers
 * {@code NOT_SUPPORTED}.
 *
 * <table>
 *   <caption>Cloister's own</caption>
 *   <tr><th>id</th><th>command</th><th>parameters</th></tr>
 *   <tr><td>0x434c0000</td><td>{@link #PROTECT_FOR}</td><td>0 in: a base, b size; 1 in: a the id that accesses of the
 *     device carry, b 1 read, 2 write, 3 both; 2 out: a handle, for {@link #FREE} and {@link #RETRIEVE_SEGMENTS}; b ranges
 *     that are left</td></tr>
 * </table>
 */
@ProviderType
public final class MtkCommand {
    /** The uuid of the memory application, unless the vendor chose another. */
    public static final UUID APPLICATION = UUID.fromString("4477588a-8476-11e2-ad15-e41f1390d676");

    /** Memory type: protected at boot, the application's for good. */
    public static final int CM_TZ = 1;
    /** Memory type: contiguous memory that the normal world hands over while it is in use. */
    public static final int CM_CMA = 2;

    /** Allocates, all zeros. */
    public static final int ZEROED_ALLOCATE = 0x10000;
    /** Frees. */
    public static final int FREE = 0x10001;
    /** Tells where a buffer is. */
    public static final int RETRIEVE_SEGMENTS = 0x10002;
    /** Tells how many ranges can be protected. */
    public static final int REGION_COUNT = 0x10003;

    /** Allocates secure memory. */
    public static final int LEGACY_ALLOCATE = 2;
    /** One more reference to secure memory. */
    public static final int LEGACY_REFERENCE = 3;
    /** One reference less; the last frees. */
    public static final int LEGACY_UNREFERENCE = 4;
    /** Allocates secure chunk memory. */
    public static final int LEGACY_CHUNK_ALLOCATE = 5;
    /** One more reference to secure chunk memory. */
    public static final int LEGACY_CHUNK_REFERENCE = 6;
    /** One reference less to secure chunk memory; the last frees. */
    public static final int LEGACY_CHUNK_UNREFERENCE = 7;
    /** Allocates secure memory, all zeros. */
    public static final int LEGACY_ZEROED_ALLOCATE = 14;
    /** Allocates secure chunk memory, all zeros. */
    public static final int LEGACY_CHUNK_ZEROED_ALLOCATE = 15;

    /** Protects memory for one device. */
    public static final int PROTECT_FOR = 0x434c0000;
    /** The device may read. */
    public static final int READ = 1;
    /** The device may write. */
    public static final int WRITE = 2;

    /** What {@link #FREE} answers in its parameter when it was freed. */
    public static final int FREED = 0;
    /** What {@link #FREE} answers in its parameter when memory could not be given back; the buffer is as it was. */
    public static final int NOT_FREED = 1;
    /** Error of an allocation: the hardware can protect no more (GlobalPlatform: {@code TEE_ERROR_STORAGE_NO_SPACE}). */
    public static final int NO_REGION = 0xFFFF3041;

    private MtkCommand() {}
}
