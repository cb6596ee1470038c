// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Access;
import org.cloister.heap.HeapAttributes;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;

/**
 * Reads encrypted memory as everybody who has no key, which nobody stops, and proves that it is ciphertext:
 *
 * <ul>
 *   <li>No block that was read is the clear text that an engine with the key sees there, before or after. Where the two
 *       differ the content was changing, which proves nothing; then it is read again.</li>
 *   <li>All blocks that were read, each counted once, are spread evenly over the values of a byte. Video is not.</li>
 * </ul>
 *
 * <p>Writing is not tried: encryption keeps a secret, and does not keep anybody from spoiling it.
 *
 * <p>Safe for use by any thread.
 */
final class Eavesdropper {
    private static final int BLOCK = 16;
    private static final int LOOT = 4 * BLOCK;
    private static final int TRIES = 50;
    private static final int VALUES = 256;
    /** Below this, chance is not to be told from design. */
    private static final int LEAST_BYTES = 16 * VALUES;
    /** Eight standard deviations of chi-square beyond its mean. */
    private static final double MOST_UNEVEN = VALUES - 1 + 8 * Math.sqrt(2.0 * (VALUES - 1));

    private final List<PhysicalMemory> outsiders;
    private final Optional<PhysicalMemory> insider;
    private final ProbeTally tally;
    private final RandomGenerator random; // guarded by this, as are those below
    private final Set<Block> seen = new HashSet<>();
    private final long[] counts = new long[VALUES];
    private long turn;

    private record Block(long address, long low, long high) {}

    /**
     * Finds out who has the key and who has not.
     *
     * @param soc the board
     * @param heap what the heap says of itself
     * @param tally where the results go
     * @param random where to look
     */
    Eavesdropper(Soc soc, HeapAttributes heap, ProbeTally tally, RandomGenerator random) {
        Map<String, Access> grants = heap.grants().orElse(Map.of());
        this.tally = tally;
        this.random = random;
        outsiders = soc.initiators().stream().filter(initiator -> !initiator.secure())
                .map(Initiator::name)
                .filter(name -> name.equals(Initiator.CPU) || !grants.containsKey(name))
                .map(soc::memory).toList();
        insider = grants.entrySet().stream()
                .filter(grant -> grant.getValue().reads() && !grant.getKey().equals(Initiator.CPU))
                .map(Map.Entry::getKey).sorted().findFirst().map(soc::memory);
    }

    /** Reads somewhere in a range, once as each outsider, each time with another weapon. */
    void look(Stage stage, long address, long length) {
        if (length >= LOOT + BLOCK) {
            outsiders.forEach(outsider -> look(stage, outsider, address, length));
        }
    }

    private synchronized void look(Stage stage, PhysicalMemory outsider, long address, long length) {
        String who = outsider.initiator().name();
        Weapon weapon = Weapon.inTurn(turn++);
        long first = address + BLOCK - 1 & -BLOCK;
        long at = first + BLOCK * random.nextLong((length - (first - address) - LOOT) / BLOCK + 1);
        try {
            for (int i = 0; i < TRIES; i++) {
                byte[] before = clear(at);
                byte[] loot = take(outsider, weapon, at);
                byte[] after = clear(at);
                if (known(loot, before) || known(loot, after)) {
                    tally.breached(who, "%s, %s: clear text at 0x%x".formatted(stage, who, at));
                    return;
                }
                if (Arrays.equals(before, after)) {
                    count(at, loot);
                    tally.ciphertext(who);
                    return;
                }
            }
        } catch (BusFault stopped) {
            tally.repelled(who);
        }
    }

    private byte[] clear(long at) {
        byte[] clear = new byte[LOOT];
        insider.ifPresent(engine -> engine.read(at, MemorySegment.ofArray(clear)));
        return clear;
    }

    private static byte[] take(PhysicalMemory outsider, Weapon weapon, long at) {
        byte[] loot = new byte[LOOT];
        for (int done = 0; done < LOOT; done += weapon.size()) {
            byte[] piece = new byte[weapon.size()];
            weapon.strike(outsider, Access.READ, at + done, piece);
            System.arraycopy(piece, 0, loot, done, piece.length);
        }
        return loot;
    }

    private static boolean known(byte[] loot, byte[] clear) {
        for (int block = 0; block < LOOT; block += BLOCK) {
            if (Arrays.equals(loot, block, block + BLOCK, clear, block, block + BLOCK)) {
                return true;
            }
        }
        return false;
    }

    private void count(long at, byte[] loot) {
        ByteBuffer longs = ByteBuffer.wrap(loot);
        for (int block = 0; block < LOOT; block += BLOCK) {
            if (seen.add(new Block(at + block, longs.getLong(block), longs.getLong(block + Long.BYTES)))) {
                for (int i = block; i < block + BLOCK; i++) {
                    counts[Byte.toUnsignedInt(loot[i])]++;
                }
            }
        }
    }

    /** Judges all that was read; where nobody has the key there is nothing to compare with, which is no proof. */
    synchronized void conclude() {
        long total = Arrays.stream(counts).sum();
        if (total > 0 && insider.isEmpty()) {
            tally.breached("all", "no engine has the key, so nothing shows that what was read is ciphertext");
        }
        if (total < LEAST_BYTES) {
            return;
        }
        double expected = (double) total / VALUES;
        double uneven = Arrays.stream(counts).mapToDouble(n -> (n - expected) * (n - expected) / expected).sum();
        if (uneven > MOST_UNEVEN) {
            tally.breached("all", "the %d bytes that were read are too uneven for ciphertext: chi-square %.0f of at most %.0f"
                    .formatted(total, uneven, MOST_UNEVEN));
        }
    }
}
