// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.util.Arrays;
import java.util.Optional;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.heap.Access;

/**
 * What the firewall grants, flattened for lookup: the address space cut into spans, each with one mask of the
 * initiators that may read and one of those that may write.
 *
 * <pre>
 *   starts    0 ──────── 0x8000_0000 ──────── 0x9000_0000 ──────── 0xa000_0000 ─────►
 *   readers   nobody     everybody            decoder, display     nobody
 *   writers   nobody     everybody            cpu, decoder         nobody
 *   deciders  none       0 (ram)              1 (video)            none
 * </pre>
 *
 * <p>A lookup is a binary search and allocates nothing. Immutable, so safe for use by any thread.
 */
public final class FirewallTable {
    /** Addresses are below this: 46 bits, as many as a {@link LeaseWord} holds. */
    public static final long ADDRESS_SPACE = 1L << 46;

    private final long[] starts;
    private final long[] readers;
    private final long[] writers;
    private final ProgrammedRegion[] deciders;
    private final boolean settled;

    /**
     * Takes the arrays over.
     *
     * @param starts first address of each span, rising, the first being zero
     * @param readers bit <em>n</em>: initiator <em>n</em> may read
     * @param writers bit <em>n</em>: initiator <em>n</em> may write
     * @param deciders the region behind each span, or null
     * @param settled false while the firewall is being reprogrammed
     */
    FirewallTable(long[] starts, long[] readers, long[] writers, ProgrammedRegion[] deciders, boolean settled) {
        this.starts = starts;
        this.readers = readers;
        this.writers = writers;
        this.deciders = deciders;
        this.settled = settled;
    }

    /** A table that grants nothing to anybody. */
    static FirewallTable closed() {
        return new FirewallTable(new long[1], new long[1], new long[1], new ProgrammedRegion[1], true);
    }

    /** Whether this is the whole truth; false while the firewall is being reprogrammed. */
    public boolean settled() {
        return settled;
    }

    /**
     * Tells whether an initiator may access each byte of a range. Addresses are not negative, and the range does not
     * wrap.
     */
    public boolean allows(int initiator, long address, long length, Access access) {
        long bit = 1L << initiator;
        long end = address + length;
        int span = spanOf(address);
        while (true) {
            if ((mask(span, access) & bit) == 0) {
                return false;
            }
            span++;
            if (span == starts.length || starts[span] >= end) {
                return true;
            }
        }
    }

    /**
     * The first byte of a range that an initiator may not access, or the end of the range when it may access all.
     */
    public long firstRefused(int initiator, long address, long length, Access access) {
        long bit = 1L << initiator;
        long end = address + length;
        for (int span = spanOf(address); span < starts.length && starts[span] < end; span++) {
            if ((mask(span, access) & bit) == 0) {
                return Math.max(address, starts[span]);
            }
        }
        return end;
    }

    /** What an initiator may do at an address. */
    public Access rights(int initiator, long address) {
        int span = spanOf(address);
        Access reads = (readers[span] >>> initiator & 1) != 0 ? Access.READ : Access.NONE;
        Access writes = (writers[span] >>> initiator & 1) != 0 ? Access.WRITE : Access.NONE;
        return reads.or(writes);
    }

    /** The region that decides for an address. */
    public Optional<ProgrammedRegion> decider(long address) {
        return Optional.ofNullable(deciders[spanOf(address)]);
    }

    /**
     * The table that grants what both this and {@code next} grant, for the time of the change from the one to the
     * other. Where {@code next} takes something away, its region is the one that decides.
     */
    FirewallTable towards(FirewallTable next) {
        int most = starts.length + next.starts.length;
        long[] cuts = new long[most];
        long[] mayRead = new long[most];
        long[] mayWrite = new long[most];
        ProgrammedRegion[] decide = new ProgrammedRegion[most];
        int count = 0;
        int mine = 0;
        int its = 0;
        long at = 0;
        while (at != Long.MAX_VALUE) {
            cuts[count] = at;
            mayRead[count] = readers[mine] & next.readers[its];
            mayWrite[count] = writers[mine] & next.writers[its];
            boolean takes = mayRead[count] != readers[mine] || mayWrite[count] != writers[mine];
            decide[count] = takes ? next.deciders[its] : deciders[mine];
            count++;
            long myEnd = endOf(mine);
            long itsEnd = next.endOf(its);
            at = Math.min(myEnd, itsEnd);
            if (at == myEnd) {
                mine++;
            }
            if (at == itsEnd) {
                its++;
            }
        }
        return new FirewallTable(Arrays.copyOf(cuts, count), Arrays.copyOf(mayRead, count),
                Arrays.copyOf(mayWrite, count), Arrays.copyOf(decide, count), false);
    }

    private long endOf(int span) {
        return span + 1 < starts.length ? starts[span + 1] : Long.MAX_VALUE;
    }

    private long mask(int span, Access access) {
        return switch (access) {
            case READ -> readers[span];
            case WRITE -> writers[span];
            case READ_WRITE -> readers[span] & writers[span];
            case NONE -> -1L;
        };
    }

    private int spanOf(long address) {
        int low = 0;
        int high = starts.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (starts[middle] <= address) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
