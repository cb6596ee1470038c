// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Access;
import org.cloister.heap.UseCase;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;

/**
 * Looks, after each step, whether the board keeps the promises: at its firewall and its memory, and at what devices have
 * been shown; never at what core or a backend says of itself.
 *
 * <table>
 *   <caption>Promises, and where they are looked at</caption>
 *   <tr><td>1 default deny</td><td>here: the rights in each region, an access as the CPU and as strangers, the content
 *       of what was given back</td></tr>
 *   <tr><td>2 isolation</td><td>here: regions and pages of buffers that are in use</td></tr>
 *   <tr><td>3 atomicity</td><td>here: windows that were open when the firewall changed</td></tr>
 *   <tr><td>4 stable names</td><td>{@link Client}: each look-up, each allocation</td></tr>
 *   <tr><td>5 live buffers survive</td><td>{@link Ledger}: memory is used for one thing at a time; {@link Client}: the
 *       content; {@link Device}: who is told</td></tr>
 *   <tr><td>6 quarantine</td><td>{@link Ledger}: what goes back to the normal world, and what is handed out</td></tr>
 *   <tr><td>7 ownership</td><td>{@link Client}: quotas; {@link Simulation}: what is left at the end</td></tr>
 *   <tr><td>8 scarcity</td><td>here: how many regions there are, and how small</td></tr>
 *   <tr><td>9 bounds</td><td>{@link Attacker}: what hostile calls change</td></tr>
 *   <tr><td>10 determinism</td><td>{@link Simulation}: whether a timer of the machine had a say</td></tr>
 * </table>
 */
final class Auditor {
    private static final int PAGE = 4096;

    private final Soc soc;
    private final Ledger ledger;
    private final Consumer<Violation> findings;
    private final SplittableRandom random;
    private final PhysicalMemory cpu;
    private final PhysicalMemory truth;
    private final List<Initiator> initiators;
    private final Map<UseCase, Rights> grants;
    private final Set<String> atBoot;
    private final int mostRegions;
    private List<ProgrammedRegion> seen = List.of();

    /**
     * Watches a board that is on.
     *
     * @param truth memory as the secure world sees it, to look only
     * @param grants what initiators of the normal world may do in memory that is lent, by use case
     */
    Auditor(Soc soc, PhysicalMemory truth, Ledger ledger, Map<UseCase, Rights> grants, SplittableRandom random, Consumer<Violation> findings) {
        this.soc = soc;
        this.truth = truth;
        this.ledger = ledger;
        this.grants = grants;
        this.random = random;
        this.findings = findings;
        this.cpu = soc.memory(Initiator.CPU);
        this.initiators = soc.initiators().stream().filter(one -> !one.secure()).toList();
        this.atBoot = soc.firewall().regions().stream().map(one -> one.region().name()).collect(Collectors.toSet());
        this.mostRegions = soc.firewall().budget().used() + soc.firewall().budget().left();
    }

    /** Something has happened. */
    void look() {
        List<ProgrammedRegion> now = soc.firewall().regions();
        if (now != seen) {
            changed(seen, now);
            seen = now;
        }
        buffers();
    }

    private void found(int promise, String text, Object... about) {
        findings.accept(new Violation(promise, text.formatted(about)));
    }

    private void changed(List<ProgrammedRegion> before, List<ProgrammedRegion> now) {
        if (now.stream().filter(one -> !one.region().background()).count() > mostRegions) {
            found(8, "the firewall has more than %d regions", mostRegions);
        }
        for (ProgrammedRegion one : now) {
            if (!one.region().background()) {
                region(one, now);
            }
        }
        for (Ledger.Open open : ledger.windows()) {
            if (!rights(now, open.who(), open.window().address()).allows(open.window().access())) {
                found(3, "%s has a window on 0x%x, which the firewall does not permit any more", open.who(),
                        open.window().address());
            }
        }
        for (ProgrammedRegion one : before) {
            if (!one.region().background() && now.stream().noneMatch(other -> same(other.region(), one.region()))) {
                scrubbed(one.region());
            }
        }
    }

    private static boolean same(FirewallRegion one, FirewallRegion other) {
        return one.name().equals(other.name());
    }

    /** What an initiator may do by the regions as they are programmed; the last one that is not background decides. */
    private Access rights(List<ProgrammedRegion> regions, String who, long address) {
        Initiator initiator = soc.initiator(who);
        Access result = Access.NONE;
        boolean decided = false;
        for (ProgrammedRegion one : regions) {
            FirewallRegion region = one.region();
            if (address >= region.base() && address < region.end() && (!region.background() || !decided)) {
                result = region.rights().of(initiator);
                decided |= !region.background();
            }
        }
        return result;
    }

    private void region(ProgrammedRegion one, List<ProgrammedRegion> all) {
        FirewallRegion region = one.region();
        Rights rights = region.rights();
        for (Initiator initiator : initiators) {
            Access granted = rights.of(initiator);
            if (initiator.name().equals(Initiator.CPU) && granted.reads()) {
                found(1, "the CPU may read %s", one.label());
            }
        }
        if (atBoot.contains(region.name())) {
            return;
        }
        if (region.size() < BoardKind.CHUNK && !BoardKind.HANDED_OVER.contains(region.base())) {
            found(8, "%s has %d bytes, less than a chunk", one.label(), region.size());
        }
        if (!normal(rights).equals(Rights.NONE)
                && grants.values().stream().noneMatch(granted -> normal(rights).equals(granted))) {
            found(1, "%s grants %s, which the device tree does not", one.label(), rights);
        }
        for (ProgrammedRegion other : all) {
            if (other != one && !other.region().background() && other.region().overlaps(region)) {
                found(2, "%s and %s overlap", one.label(), other.label());
            }
        }
    }

    /** Without what the secure world may do. */
    private static Rights normal(Rights rights) {
        return new Rights(rights.normal(), Access.NONE, rights.own());
    }

    private void scrubbed(FirewallRegion region) {
        MemorySegment content = MemorySegment.ofArray(new byte[(int) region.size()]);
        try {
            cpu.read(region.base(), content);
        } catch (BusFault stillClosed) {
            return; // not given back, but closed in another way
        }
        for (long at = 0; at < region.size(); at += Long.BYTES) {
            if (content.get(ValueLayout.JAVA_LONG_UNALIGNED, at) != 0) {
                found(1, "0x%x was given back to the normal world with something in it", region.base() + at);
                return;
            }
        }
    }

    private void buffers() {
        int count = ledger.shown().size();
        if (count == 0) {
            return;
        }
        int chosen = random.nextInt(count);
        int at = 0;
        for (Ledger.Entry entry : ledger.shown()) {
            if (at++ == chosen) {
                attack(entry);
            }
        }
    }

    private void attack(Ledger.Entry entry) {
        Range piece = entry.pieces().get(random.nextInt(entry.pieces().size()));
        long address = piece.base() + random.nextLong(piece.size() / PAGE) * PAGE;
        if (soc.firewall().regionAt(address).filter(one -> !one.region().background()).isEmpty()) {
            found(5, "0x%x of buffer %d is protected no more, and a device still uses it", address, entry.id());
        }
        Initiator who = initiators.get(random.nextInt(initiators.size()));
        Access granted = soc.firewall().rights(who, address);
        boolean mayRead = !who.name().equals(Initiator.CPU)
                && grants.getOrDefault(entry.useCase(), Rights.NONE).of(who).reads();
        if (granted.reads() && !mayRead) {
            found(1, "%s may read 0x%x of buffer %d", who, address, entry.id());
        }
        if (random.nextInt(16) == 0 && !mayRead) {
            try {
                soc.memory(who.name()).readLong(address);
                found(1, "%s has read 0x%x of buffer %d", who, address, entry.id());
            } catch (BusFault repelled) {
                // as it must be
            }
        }
        if (entry.stamp() != 0 && truth.readLong(address) != entry.stamp()) {
            found(5, "0x%x of buffer %d has 0x%x in it, and a device wrote 0x%x", address, entry.id(),
                    truth.readLong(address), entry.stamp());
        }
        ledger.isolated(entry);
    }

    /** The regions that were not there after boot. */
    List<ProgrammedRegion> added() {
        return soc.firewall().regions().stream().filter(one -> !atBoot.contains(one.region().name())).toList();
    }
}
