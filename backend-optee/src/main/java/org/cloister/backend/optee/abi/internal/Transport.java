// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.platform.dt.AddressRange;
import org.cloister.tee.Direction;

/**
 * One of OP-TEE's interfaces, as far as messages go: how a message gets there and memory is made known. Safe for use by
 * any thread.
 */
public sealed interface Transport permits FfaTransport, SmcTransport {
    /** What people call the interface, such as {@code "FF-A 1.2"}. */
    String name();

    /** The trusted OS's version, such as {@code "4.10"}. */
    String osVersion();

    /** The trusted OS's capabilities, in bits that the interface defines. */
    int capabilities();

    /** How many parameters a request of the trusted OS has at most. */
    int requestParams();

    /** Tells whether memory parameters may be without memory. */
    boolean takesNullMemory();

    /** Tells whether memory parameters may tell the address of memory that OP-TEE knows. */
    boolean takesAddresses();

    /** Tells whether memory can be lent, to be protected. */
    boolean takesLoans();

    /** The static protected memory and its address width in bits, if there is some. */
    Optional<StaticArea> staticArea();

    /**
     * Memory that is protected since boot.
     *
     * @param range where
     * @param addressBits every address fits in
     */
    record StaticArea(AddressRange range, int addressBits) {}

    /**
     * Has OP-TEE process the message in {@code place}, serving its requests meanwhile; the answer is there when this
     * returns.
     *
     * @throws org.cloister.heap.HeapException a refusal when the message was not processed; {@code PROTOCOL} or
     *     {@code FIRMWARE_DEAD} when nobody knows, after which the place must not be used again
     */
    void process(String what, MessagePlace place);

    /**
     * Makes normal memory known to OP-TEE.
     *
     * @param address of the first byte, page-aligned
     * @param size bytes, whole pages
     * @return by what number OP-TEE knows it
     */
    long share(long address, long size);

    /** Has OP-TEE forget memory, once it does not use it. When this throws it may still know it. */
    void unshare(long reference);

    /** Has the partition manager forget memory that OP-TEE has forgotten by itself. */
    void forget(long reference);

    /** Writes a parameter for a part of memory that is shared or lent. */
    void memory(MemorySegment message, long at, Direction direction, long reference, long offset, long size);

    /** Writes a parameter for memory that OP-TEE knows by its address. */
    void physical(MemorySegment message, long at, Direction direction, long address, long size);

    /** Writes a parameter for no memory. */
    void nullMemory(MemorySegment message, long at, Direction direction);

    /** Writes what a request for shared memory is answered with. */
    Answered allocated(MemorySegment message, long at, Pages.Block block, long size);

    /**
     * Shared memory that OP-TEE asked for.
     *
     * @param reference by what number OP-TEE will give it back
     * @param undo lets go of it when OP-TEE does not want it any more
     */
    record Answered(long reference, Runnable undo) {}

    /** All that is asked at the start has been asked: clears away what an earlier driver left behind. */
    void settle();

    /** Lets go of what there is only one of. Messages still pass, memory is shared no more. */
    void retire();
}
