// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.util.function.LongPredicate;
import org.cloister.heap.Access;

/**
 * What every access passes: it is let in by the firewall table, and stands in a lease slot while it is in flight.
 *
 * <h2>Why nothing slips through</h2>
 * An access looks at the table, claims a slot, and looks whether the table is still the same; a change sets the table,
 * then scans the slots. These four are volatile accesses, which all threads see in one order. So either the claim
 * comes before the scan, which then waits for it, or the second look comes after the change and sees it, and the
 * access asks again. What an access did to memory happens before the release of its slot, and that before the end of
 * the scan.
 *
 * <p>Words and transfers stand in {@link #transfers}, where a thread keeps to a slot of its own; windows, which stay
 * for longer and come in numbers, stand in {@link #windows}.
 *
 * <p>Safe for use by any thread; {@link #change} by one at a time, which the {@link FirewallUnit} sees to.
 */
public final class Gate {
    /** Why {@link #enterTransfer} and {@link #enterWindow} gave no slot. */
    public static final int REFUSED = -1;

    private static final int SPREAD = 0x9e3779b9;

    private final LeaseSlots transfers;
    private final LeaseSlots windows;
    private volatile FirewallTable table = FirewallTable.closed();
    private volatile boolean shut;

    /** Makes a gate that lets nobody in. */
    public Gate() {
        this(new LeaseSlots(), new LeaseSlots());
    }

    Gate(LeaseSlots transfers, LeaseSlots windows) {
        this.transfers = transfers;
        this.windows = windows;
    }

    /** The table in force. */
    public FirewallTable table() {
        return table;
    }

    /**
     * Lets a word or a transfer in. The range is valid: not empty, below {@link FirewallTable#ADDRESS_SPACE}.
     *
     * @return the slot to leave by, or {@link #REFUSED}
     */
    public int enterTransfer(int initiator, long address, long length, Access access) {
        return enter(transfers, threadHint(), initiator, address, length, access);
    }

    /** Ends what {@link #enterTransfer} began. */
    public void leaveTransfer(int slot) {
        transfers.release(slot);
    }

    /**
     * Lets a window in.
     *
     * @return the slot to leave by, or {@link #REFUSED}
     */
    public int enterWindow(int initiator, long address, long length, Access access) {
        int hint = threadHint() + (int) (address >>> 12) * SPREAD >>> 8;
        return enter(windows, hint, initiator, address, length, access);
    }

    /** Ends what {@link #enterWindow} began. */
    public void leaveWindow(int slot) {
        windows.release(slot);
    }

    private int enter(LeaseSlots slots, int hint, int initiator, long address, long length, Access access) {
        FirewallTable seen = table;
        while (seen.allows(initiator, address, length, access)) {
            int slot = slots.claim(LeaseWord.of(initiator, address, length, access), hint);
            FirewallTable now = table;
            if (now == seen) {
                return slot;
            }
            slots.release(slot);
            seen = now;
        }
        return REFUSED;
    }

    /**
     * Puts {@code next} in force, at once where it refuses what was granted, and for the rest when no lease is left
     * that it would cut.
     *
     * @param next the new table
     * @param patience is asked, again and again, while there is such a lease (its word is given); to give up, it
     *     throws, and the old table is in force again
     * @throws IllegalStateException when the gate was shut
     */
    void change(FirewallTable next, LongPredicate patience) {
        if (shut) {
            throw new IllegalStateException("the firewall is shut for good");
        }
        FirewallTable before = table;
        FirewallTable between = before.towards(next);
        FirewallTable outcome = before;
        table = between;
        try {
            await(between, patience);
            outcome = next;
        } finally {
            table = outcome;
        }
    }

    /**
     * Lets nobody in any more, and waits for those who are.
     *
     * @param patience as for {@link #change}, but when it gives up the gate stays shut
     */
    void shut(LongPredicate patience) {
        shut = true;
        table = FirewallTable.closed();
        await(table, patience);
    }

    /** Whether the gate was shut. */
    public boolean isShut() {
        return shut;
    }

    private void await(FirewallTable granted, LongPredicate patience) {
        LongPredicate settled = word -> granted.allows(LeaseWord.initiator(word), LeaseWord.address(word),
                LeaseWord.length(word), LeaseWord.access(word)) || patience.test(word);
        transfers.scan(settled);
        windows.scan(settled);
    }

    private static int threadHint() {
        return (int) Thread.currentThread().threadId() * SPREAD >>> 8;
    }
}
