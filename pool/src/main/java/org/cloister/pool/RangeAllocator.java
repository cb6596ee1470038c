// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.Objects;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Allocates address ranges out of one physical range, in whole pages. It keeps books only and never touches the memory.
 *
 * <p><b>Exact.</b> An allocation fails if and only if no free range can hold it at its alignment.
 *
 * <p><b>Policy.</b> A good fit at a low address. The range is looked at in words of 64 pages; of those words whose
 * longest free range is the tightest fit, to an eighth, the lowest is chosen, and in it the lowest aligned place. Free
 * ranges next to each other are joined at once.
 *
 * <p><b>Layout.</b> Two bits a page, and for each word of 64 pages three numbers and a place in an index:
 *
 * <pre>
 *   word         pages 0 to 63                              pages 64 to 127     ...
 *   +----------+------------------------------------------+------------------+-----
 *   | free     | 64 bits: the page is free                |
 *   | first    | 64 bits: a live allocation starts there  |
 *   | span     | pages of what leaves the word: a free run or an allocation
 *   | origin   | first page of the free run that comes from an earlier word and ends here
 *   | longest  | pages of the longest free run that starts here
 *   +----------+--------|---------------------------------+------------------+-----
 *                       v
 *   size class   1 page | 2 | 3 | ... | 15 | 16-17 | 18-19 | ... | 32-35 | ...   bitmap of those with members
 *                  |
 *                  '--> the words of that class: a bitmap, above it a bitmap of its words that are not 0, ...
 * </pre>
 *
 * <p><b>Cost.</b> Memory: 7 bits a page at most, half of them at construction (7 MiB for 64 GiB), the rest as size
 * classes come into use; no call makes garbage. Time: O(log<sub>64</sub> pages) to find, split and join, whatever the
 * number of live allocations, and one store for each 64 pages that change hands. Only when no free range is left that
 * is sure to hold an allocation at its alignment are all looked at that may hold it by luck, at most one for each 64
 * pages of the range. {@link #largestFree} looks at the words in the highest size class in use.
 *
 * <p>Not safe for use by several threads: callers guard it with a lock of theirs.
 */
@ProviderType
public final class RangeAllocator {
    /** Bytes of a page, unless told otherwise. */
    public static final long DEFAULT_PAGE_SIZE = 4096;
    /** What {@link #tryAllocate} answers when there is no room. No range includes this address. */
    public static final long NONE = -1;

    private static final int MAX_PAGES = 1 << 30;

    private final String name;
    private final long base;
    private final long size;
    private final int pageBits;
    private final PageMap map;
    private final FitSearch search;

    /**
     * Makes an allocator without a name of its own, with pages of {@value #DEFAULT_PAGE_SIZE} bytes.
     *
     * @see #RangeAllocator(String, long, long, long)
     */
    public RangeAllocator(long base, long size) {
        this("range", base, size, DEFAULT_PAGE_SIZE);
    }

    /**
     * Makes an allocator for a range that is free as a whole.
     *
     * @param name what messages call it, such as the path of a device-tree node
     * @param base the address of the first byte, a multiple of the page size, not negative
     * @param size bytes, a multiple of the page size, greater than zero, at most 2<sup>30</sup> pages
     * @param pageSize bytes, a power of two
     * @throws HeapException {@code INVALID_ARGUMENT} when one of these does not hold or the range ends beyond
     *     2<sup>63</sup> - 1
     */
    public RangeAllocator(String name, long base, long size, long pageSize) {
        this.name = Objects.requireNonNull(name, "name");
        this.base = base;
        this.size = size;
        pageBits = Long.numberOfTrailingZeros(pageSize);
        String what = "manage 0x%x bytes at 0x%x".formatted(size, base);
        if (pageSize <= 0 || Long.bitCount(pageSize) != 1) {
            throw invalid(what, "page size " + pageSize + " is not a power of two", "use 4096");
        }
        if (base < 0 || size <= 0 || size > Long.MAX_VALUE - base) {
            throw invalid(what, "the range is empty or goes beyond the highest address",
                    "give a base of 0 or more and a size greater than 0");
        }
        if (((base | size) & pageSize - 1) != 0) {
            throw invalid(what, "it is not made of whole pages of " + pageSize + " bytes", "align base and size");
        }
        if (size >>> pageBits > MAX_PAGES) {
            throw invalid(what, "it has more than " + MAX_PAGES + " pages", "use larger pages or several allocators");
        }
        map = new PageMap((int) (size >>> pageBits));
        search = new FitSearch(map, base >>> pageBits);
    }

    /** The address of the first byte. */
    public long base() {
        return base;
    }

    /** Bytes of the whole range. */
    public long size() {
        return size;
    }

    /** Bytes of a page. */
    public long pageSize() {
        return 1L << pageBits;
    }

    /** Bytes that are not allocated. */
    public long freeBytes() {
        return (long) map.freePages() << pageBits;
    }

    /** Bytes of the largest free range; 0 when nothing is free. */
    public long largestFree() {
        return (long) map.runs().longest() << pageBits;
    }

    /** How many allocations are live, reserved ranges included. */
    public int allocations() {
        return map.allocations();
    }

    /**
     * Allocates.
     *
     * @param bytes rounded up to whole pages
     * @param alignment bytes, a power of two; raised to the page size. The address is a multiple of it
     * @return the address of the first byte
     * @throws HeapException {@code NO_MEMORY} when no free range holds it; {@code INVALID_ARGUMENT} when the whole
     *     range would not, when {@code bytes} is not greater than zero, or when {@code alignment} is no power of two
     */
    public long allocate(long bytes, long alignment) {
        long address = tryAllocate(bytes, alignment);
        if (address == NONE) {
            throw noRoom(bytes, alignment);
        }
        return address;
    }

    /**
     * Allocates if there is room: {@link #allocate} for callers that have somewhere else to turn to.
     *
     * @param bytes rounded up to whole pages; more than the range has is simply no room
     * @param alignment bytes, a power of two; raised to the page size
     * @return the address of the first byte, or {@link #NONE}
     * @throws HeapException {@code INVALID_ARGUMENT} when {@code bytes} is not greater than zero, or {@code alignment}
     *     is no power of two
     */
    public long tryAllocate(long bytes, long alignment) {
        checkRequest(bytes, alignment);
        if (bytes > size) {
            return NONE;
        }
        int pages = (int) pages(bytes);
        int page = search.allocate(pages, Math.max(1, alignment >>> pageBits));
        return page == FitSearch.NONE ? NONE : address(page);
    }

    /**
     * Allocates a given range: one that is in use already, or one that nobody shall have.
     *
     * @param address the first byte, a multiple of the page size
     * @param bytes rounded up to whole pages
     * @throws HeapException {@code BUSY} when a part of it is allocated; {@code INVALID_ARGUMENT} when it is empty,
     *     unaligned, or not within the range
     */
    public void reserve(long address, long bytes) {
        String what = "reserve 0x%x bytes at 0x%x".formatted(bytes, address);
        if (!contains(address, bytes) || (address & pageSize() - 1) != 0) {
            throw invalid(what, "it is empty, unaligned or not within the range",
                    "give whole pages of the range");
        }
        int page = page(address);
        int pages = (int) pages(bytes);
        if (!map.isFree(page, pages)) {
            throw new HeapException(HeapError.BUSY, what, toString(), "a part of it is allocated",
                    "free it first, or reserve before allocating");
        }
        map.reserve(page, pages);
    }

    /**
     * Frees a live allocation or reserved range.
     *
     * @param address what {@link #allocate} returned or {@link #reserve} was given
     * @throws HeapException {@code INVALID_ARGUMENT} when no live allocation starts there: never allocated, freed
     *     already, or an address within an allocation
     */
    public void free(long address) {
        if (!isAllocated(address)) {
            throw notAllocated("free", address);
        }
        map.release(page(address));
    }

    /** Tells whether a live allocation or reserved range starts at an address; any address may be asked for. */
    public boolean isAllocated(long address) {
        return contains(address, 1) && (address & pageSize() - 1) == 0 && map.isFirst(page(address));
    }

    /**
     * Bytes of a live allocation or reserved range, whole pages.
     *
     * @param address where it starts
     * @throws HeapException {@code INVALID_ARGUMENT} when none starts there
     */
    public long allocatedSize(long address) {
        if (!isAllocated(address)) {
            throw notAllocated("look up", address);
        }
        return (long) map.length(page(address)) << pageBits;
    }

    /** Tells whether {@code bytes} bytes from {@code address} on, one or more, all belong to this range. */
    public boolean contains(long address, long bytes) {
        return address >= base && bytes > 0 && bytes <= size && address - base <= size - bytes;
    }

    /** Name and range, for messages. */
    @Override
    public String toString() {
        return "%s (0x%x to 0x%x)".formatted(name, base, base + size - 1);
    }

    private long pages(long bytes) {
        return (bytes - 1 >>> pageBits) + 1;
    }

    private int page(long address) {
        return (int) (address - base >>> pageBits);
    }

    private long address(int page) {
        return base + ((long) page << pageBits);
    }

    private void checkRequest(long bytes, long alignment) {
        if (bytes <= 0) {
            throw invalid("allocate " + bytes + " bytes", "an allocation has at least one byte",
                    "ask for a size greater than zero");
        }
        if (alignment <= 0 || Long.bitCount(alignment) != 1) {
            throw invalid("allocate", "alignment " + alignment + " is not a power of two",
                    "ask for a power of two, such as 4096");
        }
    }

    private HeapException noRoom(long bytes, long alignment) {
        String what = "allocate 0x%x bytes aligned to 0x%x".formatted(bytes, alignment);
        long beforeAligned = -base & alignment - 1;
        if (bytes > size || beforeAligned > size - (pages(bytes) << pageBits)) {
            return invalid(what, "the whole range could not hold it", "ask for less");
        }
        return new HeapException(HeapError.NO_MEMORY, what, toString(),
                "0x%x bytes are free, the largest block has 0x%x".formatted(freeBytes(), largestFree()),
                "free something or ask for less");
    }

    private HeapException notAllocated(String what, long address) {
        return invalid("%s 0x%x".formatted(what, address), "no live allocation starts there",
                "give the address that was allocated, once");
    }

    private HeapException invalid(String what, String why, String remedy) {
        return new HeapException(HeapError.INVALID_ARGUMENT, what, toString(), why, remedy);
    }
}
