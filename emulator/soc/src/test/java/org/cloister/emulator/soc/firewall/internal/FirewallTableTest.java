// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.soc.firewall.internal.FirewallFixture.*;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.Seeds;
import org.cloister.heap.Access;
import org.cloister.platform.Initiator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables against a model that keeps the rights of each page of a small address space in an array. */
class FirewallTableTest {
    private static final int PAGES = 64;
    private static final int PAGE = 4096;
    private static final int CPU_INDEX = ALL.indexOf(CPU);

    @Test
    void aClosedTableGrantsNothing() {
        FirewallTable closed = FirewallTable.closed();
        assertThat(closed.allows(CPU_INDEX, 0, 1, Access.READ)).isFalse();
        assertThat(closed.firstRefused(CPU_INDEX, 77, 10, Access.WRITE)).isEqualTo(77);
        assertThat(closed.decider(0)).isEmpty();
    }

    @Test
    void anAccessOverTwoRegionsNeedsBothToGrantIt() {
        FirewallTable table = compile(List.of(
                FirewallRegion.foreground("low", RAM, MIB, only(CPU, Access.READ_WRITE)),
                FirewallRegion.foreground("high", RAM + MIB, MIB, only(CPU, Access.READ))));
        assertThat(table.allows(CPU_INDEX, RAM + MIB - 2, 4, Access.READ)).isTrue();
        assertThat(table.allows(CPU_INDEX, RAM + MIB - 2, 4, Access.WRITE)).isFalse();
        assertThat(table.firstRefused(CPU_INDEX, RAM + MIB - 2, 4, Access.WRITE)).isEqualTo(RAM + MIB);
        assertThat(table.allows(CPU_INDEX, RAM + 2 * MIB - 1, 2, Access.READ)).isFalse();
        assertThat(table.allows(CPU_INDEX, RAM - 1, 2, Access.READ)).isFalse();
    }

    @Test
    void readAndWriteTogetherNeedBothRights() {
        FirewallTable table = compile(List.of(
                FirewallRegion.foreground("write-only", RAM, MIB, only(CPU, Access.WRITE))));
        assertThat(table.allows(CPU_INDEX, RAM, 8, Access.WRITE)).isTrue();
        assertThat(table.allows(CPU_INDEX, RAM, 8, Access.READ)).isFalse();
        assertThat(table.allows(CPU_INDEX, RAM, 8, Access.READ_WRITE)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.soc.Seeds#seeds")
    void agreesWithTheModel(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 60; round++) {
            List<FirewallRegion> regions = regions(random);
            FirewallTable table = compile(regions);
            compare(table, model(regions), random, seed);
        }
    }

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.soc.Seeds#seeds")
    void theTableOfAChangeGrantsWhatBothGrant(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 60; round++) {
            List<FirewallRegion> before = regions(random);
            List<FirewallRegion> after = regions(random);
            FirewallTable between = compile(before).towards(compile(after));
            assertThat(between.settled()).isFalse();
            Access[][] both = model(before);
            Access[][] next = model(after);
            for (int page = 0; page < PAGES; page++) {
                for (int i = 0; i < ALL.all().size(); i++) {
                    both[page][i] = both[page][i].and(next[page][i]);
                }
            }
            compare(between, both, random, seed);
        }
    }

    private static void compare(FirewallTable table, Access[][] model, SplittableRandom random, long seed) {
        for (int page = 0; page < PAGES; page++) {
            for (int i = 0; i < ALL.all().size(); i++) {
                assertThat(table.rights(i, (long) page * PAGE + random.nextInt(PAGE)))
                        .as(Seeds.rerun(FirewallTableTest.class, seed)).isEqualTo(model[page][i]);
            }
        }
        for (int probe = 0; probe < 50; probe++) {
            int address = random.nextInt(PAGES * PAGE);
            int length = 1 + random.nextInt(PAGES * PAGE - address);
            Access access = Access.values()[1 + random.nextInt(3)];
            int initiator = random.nextInt(ALL.all().size());
            long refused = address;
            while (refused < address + length && model[(int) refused / PAGE][initiator].allows(access)) {
                refused = Math.min(address + length, (refused / PAGE + 1) * PAGE);
            }
            assertThat(table.firstRefused(initiator, address, length, access))
                    .as(Seeds.rerun(FirewallTableTest.class, seed)).isEqualTo(refused);
            assertThat(table.allows(initiator, address, length, access)).isEqualTo(refused == address + length);
        }
    }

    private static Access[][] model(List<FirewallRegion> regions) {
        Access[][] model = new Access[PAGES][ALL.all().size()];
        for (int page = 0; page < PAGES; page++) {
            FirewallRegion decides = null;
            for (FirewallRegion region : regions) {
                boolean covers = region.base() <= (long) page * PAGE && (long) page * PAGE < region.end();
                if (covers && (decides == null || !region.background())) {
                    decides = region;
                }
            }
            for (int i = 0; i < ALL.all().size(); i++) {
                model[page][i] = decides == null ? Access.NONE : decides.rights().of(ALL.get(i));
            }
        }
        return model;
    }

    private static List<FirewallRegion> regions(SplittableRandom random) {
        List<FirewallRegion> regions = new ArrayList<>();
        for (boolean background : new boolean[] {false, true}) {
            int page = random.nextInt(4);
            while (page < PAGES) {
                int pages = 1 + random.nextInt(Math.min(12, PAGES - page));
                regions.add(new FirewallRegion((background ? "back" : "front") + page, background,
                        (long) page * PAGE, (long) pages * PAGE, rights(random)));
                page += pages + random.nextInt(6);
            }
        }
        return regions;
    }

    private static Rights rights(SplittableRandom random) {
        Rights rights = new Rights(any(random), any(random), java.util.Map.of());
        for (Initiator initiator : ALL.all()) {
            rights = rights.with(initiator, any(random));
        }
        return rights;
    }

    private static Access any(SplittableRandom random) {
        return random.nextBoolean() ? Access.NONE : Access.values()[random.nextInt(4)];
    }

    private static FirewallTable compile(List<FirewallRegion> regions) {
        List<ProgrammedRegion> programmed = new ArrayList<>();
        regions.forEach(region -> programmed.add(new ProgrammedRegion(programmed.size(), region)));
        return TableCompiler.compile(programmed, ALL);
    }
}
