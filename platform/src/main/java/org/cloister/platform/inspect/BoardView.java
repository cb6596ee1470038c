// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.inspect;

import java.util.List;
import java.util.function.Consumer;
import org.cloister.platform.Initiator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A board that is on, to look at: the truth of its firewall, which nobody in the normal world of real hardware could
 * see. Registered as a service by what emulates a board; on real hardware there is none.
 *
 * <p>Safe for use by any thread. Each call sees one state of the board; once it is off, the last one.
 */
@ProviderType
public interface BoardView {
    /** Service property: the name of the board. */
    String BOARD = "board";

    /** The name of the board. */
    String board();

    /** Which hardware's rules the firewall follows, such as {@code "tzc-400"}. */
    String firewall();

    /** All initiators, the CPU first. */
    List<Initiator> initiators();

    /** What the device tree says of memory, sorted by base; reserved areas after the memory that they are in. */
    List<MemoryArea> areas();

    /** The regions that the firewall holds now, by number. */
    List<RegionView> regions();

    /** How many more regions the firewall can take. */
    int regionsLeft();

    /** How many accesses were blocked since the board was switched on. */
    long faults();

    /** The latest of them, oldest first; how many are kept is up to the board. */
    List<BlockedAccess> latestFaults();

    /**
     * Hears of each access that is blocked, on the thread of the access, which waits: be quick. What a listener throws is
     * logged and otherwise ignored.
     *
     * @param listener what hears
     * @return ends it; prompt and idempotent
     */
    Listening listen(Consumer<BlockedAccess> listener);

    /** Somebody listens, until closed. */
    @ProviderType
    interface Listening extends AutoCloseable {
        @Override
        void close();
    }
}
