// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.LongPredicate;

/**
 * Where leases stand while they are held, one {@link LeaseWord} a slot, zero when free. Each slot has a cache line of
 * its own. Slots live in blocks; each block is twice as large as the one before, and blocks are only ever added (when
 * more than three quarters of all slots are held), so that a slot's number stays good.
 *
 * <p>Claiming is one compare-and-set in the usual case and allocates nothing. Safe for use by any thread: slots are
 * claimed with volatile semantics, released with release semantics and scanned with volatile semantics; the list of
 * blocks is behind one volatile and grows under the lock of this object.
 */
class LeaseSlots {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int STRIDE = 8;
    private static final int FIRST_BLOCK = 64;
    private static final int PROBES = 16;
    private static final int NONE = -1;
    private static final int BLOCK_SHIFT = 24;

    private volatile long[][] blocks = {new long[FIRST_BLOCK * STRIDE]};

    /**
     * Puts a lease into a free slot.
     *
     * @param word the lease, not zero
     * @param hint where to look first; spread it, or give each thread its own
     * @return the number of the slot, to release it
     */
    int claim(long word, int hint) {
        int slot = claim(word, hint, blocks, PROBES);
        return slot == NONE ? claimAnywhere(word, hint) : slot;
    }

    /** Frees a slot. All that its holder did before happens before what a scan that sees it free does after. */
    void release(int slot) {
        long[] block = blocks[slot >>> BLOCK_SHIFT];
        SLOT.setRelease(block, (slot & (1 << BLOCK_SHIFT) - 1) * STRIDE, 0L);
    }

    /**
     * Offers the word of each held slot to {@code settled} until that says yes or the slot is freed; then goes on to
     * the next. A slot that was passed is not looked at again, whoever claims it later.
     *
     * @param settled decides on a word; false to be asked again at once
     */
    void scan(LongPredicate settled) {
        for (long[] block : blocks) {
            for (int i = 0; i < block.length; i += STRIDE) {
                long word = (long) SLOT.getVolatile(block, i);
                while (word != 0 && !settled.test(word)) {
                    word = (long) SLOT.getVolatile(block, i);
                }
            }
        }
    }

    private int claimAnywhere(long word, int hint) {
        while (true) {
            if (isCrowded()) {
                grow();
            }
            int slot = claim(word, hint, blocks, Integer.MAX_VALUE);
            if (slot != NONE) {
                return slot;
            }
        }
    }

    private static int claim(long word, int hint, long[][] blocks, int mostProbes) {
        for (int b = blocks.length - 1; b >= 0; b--) {
            long[] block = blocks[b];
            int slots = block.length / STRIDE;
            int probes = Math.min(slots, mostProbes);
            for (int probe = 0; probe < probes; probe++) {
                int slot = hint + probe & slots - 1;
                if ((long) SLOT.getOpaque(block, slot * STRIDE) == 0
                        && SLOT.compareAndSet(block, slot * STRIDE, 0L, word)) {
                    return b << BLOCK_SHIFT | slot;
                }
            }
        }
        return NONE;
    }

    private boolean isCrowded() {
        int slots = 0;
        int held = 0;
        for (long[] block : blocks) {
            slots += block.length / STRIDE;
            for (int i = 0; i < block.length; i += STRIDE) {
                held += (long) SLOT.getOpaque(block, i) == 0 ? 0 : 1;
            }
        }
        return held > slots / 4 * 3;
    }

    private synchronized void grow() {
        if (isCrowded()) {
            long[][] more = Arrays.copyOf(blocks, blocks.length + 1);
            more[blocks.length] = new long[blocks[blocks.length - 1].length * 2];
            blocks = more;
        }
    }
}
