// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.soc.TestBoard.RAM;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.Seeds;
import org.cloister.emulator.soc.TestBoard;
import org.cloister.heap.Access;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.Window;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random regions and random accesses, against a model that keeps contents and rights of every byte of a stretch of
 * memory, which reaches from secure RAM to normal RAM.
 */
class RightsModelTest {
    private static final int PAGE = 4096;
    private static final int SIZE = 8 * PAGE;
    private static final long BASE = RAM - SIZE / 2;
    private static final int STEPS = 600;

    private final byte[] contents = new byte[SIZE];
    private final Map<Initiator, Access[]> rights = new HashMap<>();
    private final List<FirewallRegion> regions = new ArrayList<>();

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.soc.Seeds#seeds")
    void everyAccessIsAsTheModelSays(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (TestBoard board = new TestBoard("lab")) {
            board.secure().program(FirewallUpdate.remove("secram@7f000000"), Duration.ZERO);
            recompute(board);
            for (int step = 0; step < STEPS; step++) {
                String context = Seeds.rerun(RightsModelTest.class, seed) + ", step " + step;
                if (random.nextInt(20) == 0) {
                    reprogram(board, random);
                } else {
                    access(board, random, context);
                }
            }
        }
    }

    private void reprogram(TestBoard board, SplittableRandom random) {
        List<String> gone = regions.stream().filter(region -> random.nextBoolean())
                .map(FirewallRegion::name).toList();
        regions.removeIf(region -> gone.contains(region.name()));
        List<FirewallRegion> come = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int page = random.nextInt(SIZE / PAGE);
            int pages = 1 + random.nextInt(Math.min(5, SIZE / PAGE - page));
            FirewallRegion region = FirewallRegion.foreground("r" + random.nextInt(Integer.MAX_VALUE),
                    BASE + (long) page * PAGE, (long) pages * PAGE, rights(board, random));
            if (regions.stream().noneMatch(region::overlaps)) {
                regions.add(region);
                come.add(region);
            }
        }
        board.secure().program(new FirewallUpdate(come, gone), Duration.ZERO);
        recompute(board);
    }

    private Rights rights(TestBoard board, SplittableRandom random) {
        Access[] all = Access.values();
        Rights some = new Rights(all[random.nextInt(4)], all[random.nextInt(4)], Map.of());
        for (Initiator initiator : board.soc().initiators()) {
            some = some.with(initiator, all[random.nextInt(4)].and(all[random.nextInt(4)]));
        }
        return some;
    }

    private void recompute(TestBoard board) {
        for (Initiator initiator : board.soc().initiators()) {
            Access[] mine = new Access[SIZE];
            for (int i = 0; i < SIZE; i++) {
                mine[i] = BASE + i >= RAM ? Access.READ_WRITE : Access.NONE;
                for (FirewallRegion region : regions) {
                    if (region.base() <= BASE + i && BASE + i < region.end()) {
                        mine[i] = region.rights().of(initiator);
                    }
                }
            }
            rights.put(initiator, mine);
        }
    }

    private void access(TestBoard board, SplittableRandom random, String context) {
        List<Initiator> initiators = board.soc().initiators();
        Initiator initiator = initiators.get(random.nextInt(initiators.size()));
        PhysicalMemory memory = board.memory(initiator.name());
        int kind = random.nextInt(10);
        int length = switch (kind) {
            case 0, 1 -> 1;
            case 2, 3 -> 4;
            case 4, 5 -> 8;
            default -> 1 + random.nextInt(3 * PAGE);
        };
        int at = random.nextInt(SIZE - length);
        boolean writes = kind % 2 == 1;
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        MemorySegment data = MemorySegment.ofArray(bytes);

        int refused = firstRefused(initiator, at, length, writes ? Access.WRITE : Access.READ);
        try {
            perform(memory, kind, BASE + at, data);
            assertThat(refused).as(context + ": no fault").isEqualTo(at + length);
            if (writes) {
                System.arraycopy(bytes, 0, contents, at, length);
            } else {
                assertThat(Arrays.equals(bytes, 0, length, contents, at, at + length)).as(context).isTrue();
            }
        } catch (BusFault fault) {
            assertThat(fault.address()).as(context).isEqualTo(BASE + refused);
            assertThat(fault.initiator()).as(context).isEqualTo(initiator);
            assertThat(refused).as(context + ": fault").isLessThan(at + length);
        }
    }

    private static void perform(PhysicalMemory memory, int kind, long address, MemorySegment data) {
        ByteBuffer bytes = data.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        switch (kind) {
            case 0 -> bytes.put(0, memory.readByte(address));
            case 1 -> memory.writeByte(address, bytes.get(0));
            case 2 -> bytes.putInt(0, memory.readInt(address));
            case 3 -> memory.writeInt(address, bytes.getInt(0));
            case 4 -> bytes.putLong(0, memory.readLong(address));
            case 5 -> memory.writeLong(address, bytes.getLong(0));
            case 6 -> memory.read(address, data);
            case 7 -> memory.write(address, data);
            case 8 -> {
                try (Window window = memory.open(address, data.byteSize(), Access.READ)) {
                    window.read(0, data);
                }
            }
            default -> {
                try (Window window = memory.open(address, data.byteSize(), Access.WRITE)) {
                    window.write(0, data);
                }
            }
        }
    }

    private int firstRefused(Initiator initiator, int at, int length, Access access) {
        for (int i = at; i < at + length; i++) {
            if (!rights.get(initiator)[i].allows(access)) {
                return i;
            }
        }
        return at + length;
    }
}
