// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.soc.TestBoard.RAM;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.emulator.soc.Await;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.TestBoard;
import org.cloister.heap.Access;
import org.cloister.platform.BusFault;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.Window;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Promise 3 under fire: attackers hammer a range in every way there is, while it is protected and opened again and
 * again. From the moment that protecting returns until it is opened, what the secure world puts there stays as it is,
 * and no attacker's read that begins and ends in that time succeeds.
 */
@Timeout(120)
class AtomicProtectionTest {
    private static final long SIZE = 64 << 10;
    private static final int ROUNDS = 60;
    private static final long SECRET = 0x5ec2_e75e_c2e7_5ec2L;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestBoard board = new TestBoard("lab");
    private final PhysicalMemory secure = board.memory("cpu-secure");
    private final FirewallUpdate protect = FirewallUpdate.set(FirewallRegion.foreground("protected", RAM, SIZE,
            Rights.of(Map.of(secure.initiator(), Access.READ_WRITE))));
    private final AtomicBoolean stop = new AtomicBoolean();
    /** Even: open. Odd: protected. Changed by the defender outside of the calls that change the firewall. */
    private final AtomicLong phase = new AtomicLong();
    private final AtomicLong stolen = new AtomicLong();
    private final AtomicLong granted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    @AfterEach
    void switchOff() {
        board.close();
    }

    @Test
    void whatIsProtectedIsNeitherReadNorChanged() {
        List<Thread> attackers = new ArrayList<>();
        attackers.add(attack(board.memory("cpu"), AtomicProtectionTest::word));
        attackers.add(attack(board.memory("cpu"), AtomicProtectionTest::copy));
        attackers.add(attack(board.memory("eth-dma"), AtomicProtectionTest::fill));
        attackers.add(attack(board.memory("video-decoder"), AtomicProtectionTest::window));
        attackers.add(attack(board.memory("video-decoder"), AtomicProtectionTest::segment));

        for (int round = 0; round < ROUNDS || granted.get() < 100 || refused.get() < 100; round++) {
            board.secure().program(protect, PATIENCE);
            phase.incrementAndGet();
            for (long address = RAM; address < RAM + SIZE; address += 8) {
                secure.writeLong(address, SECRET);
            }
            for (long address = RAM; address < RAM + SIZE; address += 8) {
                assertThat(secure.readLong(address)).as("round %d, 0x%x", round, address).isEqualTo(SECRET);
            }
            secure.fill(RAM, SIZE, (byte) 0);
            phase.incrementAndGet();
            board.secure().program(FirewallUpdate.remove("protected"), PATIENCE);
        }
        stop.set(true);
        attackers.forEach(attacker -> Await.until("attackers are done", () -> !attacker.isAlive()));
        assertThat(stolen.get()).isZero();
    }

    /** One access; returns whether it saw the secret. */
    private interface Attack {
        boolean on(PhysicalMemory memory, byte[] buffer);
    }

    private Thread attack(PhysicalMemory memory, Attack attack) {
        return Thread.ofPlatform().daemon().start(() -> {
            byte[] buffer = new byte[(int) SIZE];
            while (!stop.get()) {
                long before = phase.get();
                try {
                    boolean sawSecret = attack.on(memory, buffer);
                    granted.incrementAndGet();
                    if (sawSecret || before % 2 == 1 && phase.get() == before) {
                        stolen.incrementAndGet();
                    }
                } catch (BusFault fault) {
                    refused.incrementAndGet();
                }
            }
        });
    }

    private static boolean word(PhysicalMemory memory, byte[] buffer) {
        memory.writeInt(RAM + 4096, 1);
        return memory.readLong(RAM + 8) == SECRET;
    }

    private static boolean copy(PhysicalMemory memory, byte[] buffer) {
        MemorySegment all = MemorySegment.ofArray(buffer);
        memory.read(RAM, all);
        boolean saw = all.get(ValueLayout.JAVA_LONG_UNALIGNED, SIZE - 8) == SECRET;
        memory.write(RAM, all.fill((byte) 3));
        return saw;
    }

    private static boolean fill(PhysicalMemory memory, byte[] buffer) {
        memory.fill(RAM, SIZE, (byte) 5);
        return false;
    }

    private static boolean window(PhysicalMemory memory, byte[] buffer) {
        try (Window window = memory.open(RAM, SIZE, Access.READ_WRITE)) {
            MemorySegment part = MemorySegment.ofArray(buffer).asSlice(0, 4096);
            window.read(0, part);
            boolean saw = part.get(ValueLayout.JAVA_LONG_UNALIGNED, 0) == SECRET;
            window.write(SIZE - 4096, part.fill((byte) 6));
            return saw;
        }
    }

    private static boolean segment(PhysicalMemory memory, byte[] buffer) {
        try (Window window = memory.open(RAM, SIZE, Access.READ_WRITE)) {
            MemorySegment segment = window.segment();
            segment.asSlice(100, 5000).fill((byte) 7);
            return segment.get(ValueLayout.JAVA_LONG_UNALIGNED, SIZE / 2) == SECRET;
        }
    }
}
