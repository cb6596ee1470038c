// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform;

import java.lang.foreign.MemorySegment;
import org.cloister.heap.Access;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Physical memory as one {@linkplain #initiator() initiator} sees it: every access passes the firewall under that
 * initiator's name. The normal world finds the CPU's view as a service with the property
 * {@value #INITIATOR}{@code =cpu}; device models hold the view of their own initiator. Nobody gets a view of somebody
 * else's.
 *
 * <p>Addresses are physical, lengths are in bytes, multi-byte values are little-endian and may be unaligned. An access
 * that is not granted for its whole range throws {@link BusFault} before anything is read or written.
 *
 * <p>Safe for use by any thread. Racing accesses to the same bytes behave as on hardware: each byte is one of the
 * values written.
 */
@ProviderType
public interface PhysicalMemory {
    /** Service property: the {@linkplain Initiator#name() name} of the initiator whose view this is. */
    String INITIATOR = "initiator";

    /** Whose view this is. */
    Initiator initiator();

    /** Reads one byte. */
    byte readByte(long address);

    /** Writes one byte. */
    void writeByte(long address, byte value);

    /** Reads four bytes. */
    int readInt(long address);

    /** Writes four bytes. */
    void writeInt(long address, int value);

    /** Reads eight bytes. */
    long readLong(long address);

    /** Writes eight bytes. */
    void writeLong(long address, long value);

    /** Reads {@code into.byteSize()} bytes from {@code address} on. */
    void read(long address, MemorySegment into);

    /** Writes all of {@code from} to {@code address} and after. */
    void write(long address, MemorySegment from);

    /** Sets {@code length} bytes from {@code address} on to {@code value}. */
    void fill(long address, long length, byte value);

    /**
     * Opens a window for bulk access: the range is checked once, and stays accessible until the window is closed.
     * Whoever reprograms the firewall so that the window would be cut waits until it is closed, so hold it no longer
     * than one transfer.
     *
     * @param address the first byte
     * @param length bytes, greater than zero
     * @param access what the window is for; {@link Access#NONE} is refused with {@link IllegalArgumentException}
     * @return the open window, to be closed by the same party
     * @throws BusFault when any byte of the range is not accessible in that way
     */
    Window open(long address, long length, Access access);
}
