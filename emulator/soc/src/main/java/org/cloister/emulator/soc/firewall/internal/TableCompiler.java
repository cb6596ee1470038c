// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.Rights;
import org.cloister.heap.Access;

/** Flattens regions into a {@link FirewallTable}, in O(n log n). Used by one thread. */
final class TableCompiler {
    private final Initiators initiators;
    private final List<ProgrammedRegion> foreground;
    private final List<ProgrammedRegion> background;

    private final long[] starts;
    private final long[] readers;
    private final long[] writers;
    private final ProgrammedRegion[] deciders;
    private int spans;

    private TableCompiler(List<ProgrammedRegion> regions, Initiators initiators) {
        this.initiators = initiators;
        Comparator<ProgrammedRegion> byBase = Comparator.comparingLong(programmed -> programmed.region().base());
        foreground = regions.stream().filter(r -> !r.region().background()).sorted(byBase).toList();
        background = regions.stream().filter(r -> r.region().background()).sorted(byBase).toList();
        int most = 2 * regions.size() + 1;
        starts = new long[most];
        readers = new long[most];
        writers = new long[most];
        deciders = new ProgrammedRegion[most];
    }

    /**
     * Makes the table of these regions; foreground regions are disjoint, and so are background regions.
     */
    static FirewallTable compile(List<ProgrammedRegion> regions, Initiators initiators) {
        return new TableCompiler(regions, initiators).compile();
    }

    private FirewallTable compile() {
        long at = 0;
        int front = 0;
        int back = 0;
        while (at != Long.MAX_VALUE) {
            front = skip(foreground, front, at);
            back = skip(background, back, at);
            if (covers(foreground, front, at)) {
                add(at, foreground.get(front));
                at = foreground.get(front).region().end();
            } else if (covers(background, back, at)) {
                add(at, background.get(back));
                at = Math.min(background.get(back).region().end(), nextBase(foreground, front));
            } else {
                add(at, null);
                at = Math.min(nextBase(foreground, front), nextBase(background, back));
            }
        }
        return new FirewallTable(Arrays.copyOf(starts, spans), Arrays.copyOf(readers, spans),
                Arrays.copyOf(writers, spans), Arrays.copyOf(deciders, spans), true);
    }

    private static int skip(List<ProgrammedRegion> regions, int index, long at) {
        int next = index;
        while (next < regions.size() && regions.get(next).region().end() <= at) {
            next++;
        }
        return next;
    }

    private static boolean covers(List<ProgrammedRegion> regions, int index, long at) {
        return index < regions.size() && regions.get(index).region().base() <= at;
    }

    private static long nextBase(List<ProgrammedRegion> regions, int index) {
        return index < regions.size() ? regions.get(index).region().base() : Long.MAX_VALUE;
    }

    private void add(long start, ProgrammedRegion programmed) {
        starts[spans] = start;
        deciders[spans] = programmed;
        if (programmed != null) {
            FirewallRegion region = programmed.region();
            readers[spans] = mask(region.rights(), Access.READ);
            writers[spans] = mask(region.rights(), Access.WRITE);
        }
        spans++;
    }

    private long mask(Rights rights, Access wanted) {
        long mask = 0;
        for (int i = 0; i < initiators.all().size(); i++) {
            if (rights.of(initiators.get(i)).allows(wanted)) {
                mask |= 1L << i;
            }
        }
        return mask;
    }
}
