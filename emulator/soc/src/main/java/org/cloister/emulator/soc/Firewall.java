// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.List;
import java.util.Optional;
import org.cloister.heap.Access;
import org.cloister.platform.Initiator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The firewall, to look at. Programming it takes a {@link SecureWorld}.
 *
 * <p>Safe for use by any thread; each call sees one state of the firewall. While it is being reprogrammed, that is the
 * state in which only what both the old and the new program grant is granted.
 */
@ProviderType
public interface Firewall {
    /** Which hardware's rules it follows: {@code "tzc-400"}, {@code "k3"}, {@code "vpr"} or {@code "lab"}. */
    String profile();

    /** The regions it holds, by number. */
    List<ProgrammedRegion> regions();

    /** How many regions are used and left. */
    RegionBudget budget();

    /** The region that decides for an address, if any does. */
    Optional<ProgrammedRegion> regionAt(long address);

    /** What an initiator of this board may do at an address; {@link Access#NONE} where no region is. */
    Access rights(Initiator initiator, long address);
}
