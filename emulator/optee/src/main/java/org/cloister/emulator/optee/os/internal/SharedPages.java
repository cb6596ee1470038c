// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

/**
 * Memory of the normal world that it shared, page by page. It begins at some offset in the first page.
 *
 * <p>Immutable, but for the offset in the first page, which FF-A lets each first user choose anew: it changes only
 * while nobody uses the object, under the lock of {@link FfaMemory}.
 */
public final class SharedPages implements MemoryObject {
    private final long cookie;
    private final long[] pages;
    private int pageOffset;

    SharedPages(long cookie, long[] pages, int pageOffset) {
        this.cookie = cookie;
        this.pages = pages;
        this.pageOffset = pageOffset;
    }

    /** The physical address of each page; not to be changed. */
    long[] pages() {
        return pages;
    }

    /** Where in the first page it begins. */
    int pageOffset() {
        return pageOffset;
    }

    void pageOffset(int offset) {
        pageOffset = offset;
    }

    /** Tells whether a page of it is in a range. */
    boolean overlaps(long address, long size) {
        for (long page : pages) {
            if (Pages.overlap(page, Pages.SIZE, address, size)) {
                return true;
            }
        }
        return false;
    }

    /** Tells whether a page of it is withheld. */
    boolean isWithheld(Machine machine) {
        for (long page : pages) {
            if (machine.isWithheld(page, Pages.SIZE)) {
                return true;
            }
        }
        return false;
    }

    /** Tells whether each page begins at a page boundary, as it must to be mapped. */
    boolean isAligned() {
        for (long page : pages) {
            if (!Pages.aligned(page)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public long size() {
        return (long) pages.length * Pages.SIZE - pageOffset;
    }

    @Override
    public long cookie() {
        return cookie;
    }

    @Override
    public boolean isSecure() {
        return false;
    }

    @Override
    public boolean isRestricted() {
        return false;
    }

    @Override
    public boolean isMappable() {
        return isAligned();
    }

    @Override
    public long address(long offset) {
        long at = offset + pageOffset;
        return pages[(int) (at / Pages.SIZE)] + at % Pages.SIZE;
    }

    @Override
    public long run(long offset) {
        long at = offset + pageOffset;
        int page = (int) (at / Pages.SIZE);
        long run = Pages.SIZE - at % Pages.SIZE;
        while (page + 1 < pages.length && pages[page + 1] == pages[page] + Pages.SIZE) {
            run += Pages.SIZE;
            page++;
        }
        return run;
    }
}
