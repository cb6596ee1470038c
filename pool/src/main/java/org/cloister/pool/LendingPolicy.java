// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.time.Duration;
import java.util.Objects;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How a {@link LendingPool} grows and shrinks. Immutable.
 *
 * <p><b>Growing.</b> A new chunk is as large as all chunks before it together, so that the number of chunks, and with it
 * that of firewall regions, grows with the logarithm of what is used; within {@code minimumChunk} and
 * {@code largestChunk}, and never smaller than the buffer that it is wanted for.
 *
 * <p><b>Shrinking.</b> A chunk without buffers is kept for a while, so that one buffer which comes and goes does not cost
 * a lend each time.
 *
 * @param minimumChunk bytes, a multiple of {@code alignment}: the least that the secure world takes
 * @param alignment bytes, a power of two: what a chunk's address and size are multiples of
 * @param largestChunk bytes, at least {@code minimumChunk}: from where on chunks do not grow any more
 * @param idleChunks how many chunks without buffers are kept at most; with 0 each goes back at once
 * @param idleTime how long a chunk without buffers is kept at most; greater than zero
 */
@ProviderType
public record LendingPolicy(
        long minimumChunk, long alignment, long largestChunk, int idleChunks, Duration idleTime) {
    private static final long MAX_NANOS = Long.MAX_VALUE / 4;

    /** Checks the components; a bad one throws {@link HeapException} with {@link HeapError#INVALID_ARGUMENT}. */
    public LendingPolicy {
        Objects.requireNonNull(idleTime, "idleTime");
        if (alignment <= 0 || Long.bitCount(alignment) != 1) {
            throw refused("alignment " + alignment, "it is not a power of two", "use 4096");
        }
        if (minimumChunk <= 0 || (minimumChunk & alignment - 1) != 0) {
            throw refused("minimum chunk 0x%x".formatted(minimumChunk),
                    "it is no positive multiple of the alignment 0x%x".formatted(alignment), "round it up");
        }
        if (largestChunk < minimumChunk) {
            throw refused("largest chunk 0x%x".formatted(largestChunk),
                    "it is less than the minimum 0x%x".formatted(minimumChunk), "make it at least that");
        }
        if (idleChunks < 0) {
            throw refused("idle chunks " + idleChunks, "no pool keeps less than none", "use 0 or more");
        }
        if (idleTime.isNegative() || idleTime.isZero()) {
            throw refused("idle time " + idleTime, "it is not greater than zero",
                    "set the idle chunks to 0 where none is to be kept");
        }
    }

    /** Chunks of one size, of which one without buffers is kept for ten seconds. */
    public static LendingPolicy of(long minimumChunk, long alignment) {
        return new LendingPolicy(minimumChunk, alignment, minimumChunk, 1, Duration.ofSeconds(10));
    }

    /** The same with chunks that grow to {@code bytes}; never less than the minimum. */
    public LendingPolicy growingTo(long bytes) {
        return new LendingPolicy(minimumChunk, alignment, Math.max(bytes, minimumChunk), idleChunks, idleTime);
    }

    /** The same with other limits on chunks without buffers. */
    public LendingPolicy keeping(int chunks, Duration time) {
        return new LendingPolicy(minimumChunk, alignment, largestChunk, chunks, time);
    }

    /**
     * Bytes of the smallest chunk that holds a buffer.
     *
     * @param size bytes of the buffer
     * @throws HeapException {@code INVALID_ARGUMENT} when no chunk can be that large
     */
    long smallestFor(long size) {
        if (size <= 0) {
            throw impossible(size, "an allocation has at least one byte", "ask for a size greater than zero");
        }
        long least = Math.max(size, minimumChunk);
        if (least > Long.MAX_VALUE - alignment) {
            throw impossible(size, "no memory has that many bytes", "ask for less");
        }
        return least + alignment - 1 & -alignment;
    }

    /**
     * Bytes of the chunk to ask for first.
     *
     * @param smallest what {@link #smallestFor} answered
     * @param lent bytes of all chunks that the pool has
     */
    long preferredFor(long smallest, long lent) {
        long growth = Math.min(largestChunk, Math.max(minimumChunk, lent)) & -alignment;
        return Math.max(smallest, growth);
    }

    /** {@link #idleTime} for a clock that counts nanoseconds. */
    long idleNanos() {
        return idleTime.compareTo(Duration.ofNanos(MAX_NANOS)) > 0 ? MAX_NANOS : idleTime.toNanos();
    }

    private static HeapException impossible(long size, String why, String remedy) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "allocate", "size " + size, why, remedy);
    }

    private static HeapException refused(String which, String why, String remedy) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "set up a lending pool", which, why, remedy);
    }
}
