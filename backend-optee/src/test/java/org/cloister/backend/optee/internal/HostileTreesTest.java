// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.cloister.emulator.optee.internal.OpteeBinding;
import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.NodeBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nodes of OP-TEE whose properties have any value and any shape: the driver and the firmware read what can be, and refuse
 * the rest with the device tree as the reason, in no other way.
 */
class HostileTreesTest {
    private static final int ROUNDS = 1000;
    private static final long MIB = 1 << 20;
    private static final String MODEL = "optee";
    private static final List<String> PROPERTIES = List.of("compatible", "method", "interrupts",
            OpteeBinding.PROTECTED_MEMORY, OpteeBinding.RANGES, OpteeBinding.THREADS, OpteeBinding.RESERVED,
            OpteeBinding.STATIC_AREA, OpteeBinding.PERSONALITY, OpteeBinding.FRAGMENTS);
    private static final List<String> OF_A_USE_CASE = List.of(OpteeBinding.USE_CASE, "cloister,grants",
            "cloister,heap-name", OpteeBinding.MINIMUM_SIZE, OpteeBinding.ALIGNMENT);
    private static final String[] WORDS = {"", "arm,ffa", "linaro,optee-tz", "dynamic", "static", "none", "strict",
        "optee", "smc", "display:r", "display:rw", "cpu:w", "*:r", "display:", ":r", "nobody:rw", "r", "\uD83D\uDD12",
        "protected,secure-video", "a/b"};
    private static final long[] NUMBERS = {0, 1, 2, 3, 4096, 4097, 64, 65, MIB, 0x4200_0000L, 0x7FFF_FFFFL, 0x8000_0000L,
        0xFFFF_FFFFL, 0x1_0000_0000L, Long.MAX_VALUE, Long.MIN_VALUE, -1, -4096};

    private int read;
    private int refused;

    private static LongStream seeds() {
        Long one = Long.getLong("cloister.seed");
        return one == null ? LongStream.rangeClosed(1, 3) : LongStream.of(one);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void areReadOrRefused(long seed) {
        String rerun = "again with: mvn -pl backend-optee -am verify -Dtest=HostileTreesTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dcloister.seed=" + seed;
        var random = new Random(seed);
        for (int i = 0; i < ROUNDS; i++) {
            Board board = board(random);
            String which = "%s (tree %d)".formatted(rerun, i);
            attempt(which, () -> Binding.read(board.deviceTree()));
            attempt(which, () -> new SocBuilder(board).firmware(MODEL, world -> {
                OpteeBinding.read(world.soc(), MODEL);
                return () -> { };
            }).boot().close());
        }
        assertThat(read).as(rerun).isGreaterThan(ROUNDS / 10);
        assertThat(refused).as(rerun).isGreaterThan(ROUNDS / 10);
    }

    private void attempt(String which, Runnable reading) {
        try {
            reading.run();
            read++;
        } catch (HeapException refusal) {
            refused++;
            assertThat(refusal.error()).as(which).isEqualTo(HeapError.INVALID_ARGUMENT);
            assertThat(refusal.why()).as(which).isNotBlank();
        } catch (RuntimeException other) {
            throw new AssertionError(which, other);
        }
    }

    private static Board board(Random random) {
        return new BoardBuilder("test", "a board for tests").firewall("tzc-400").cpu(1)
                .ram(0x4000_0000L, 64 * MIB)
                .secureRam(0x0e10_0000L, 15 * MIB)
                .device("display", 0x0b01_0000L, 0x1000, 41, 3)
                .defaultContiguousArea(8 * MIB, new AddressRange(0x4100_0000L, 32 * MIB))
                .firmware(MODEL, node -> describe(random, node)).build();
    }

    /** As it should be, but for some properties. */
    private static void describe(Random random, NodeBuilder node) {
        node.strings("compatible", random.nextBoolean() ? "arm,ffa" : "linaro,optee-tz")
                .strings(OpteeBinding.PROTECTED_MEMORY, random.nextBoolean() ? "dynamic" : "static")
                .longs(OpteeBinding.STATIC_AREA, 0x4380_0000L, 4 * MIB);
        spoil(random, node, PROPERTIES);
        for (int i = random.nextInt(4); i > 0; i--) {
            int id = i;
            node.node("use-case-" + i, use -> {
                use.cells(OpteeBinding.USE_CASE, id).strings("cloister,grants", "display:r");
                spoil(random, use, OF_A_USE_CASE);
            });
        }
    }

    private static void spoil(Random random, NodeBuilder node, List<String> names) {
        for (int i = random.nextInt(4); i > 0; i--) {
            String name = names.get(random.nextInt(names.size()));
            switch (random.nextInt(5)) {
                case 0 -> node.flag(name);
                case 1 -> node.cells(name, random.longs(random.nextInt(5), 0, NUMBERS.length)
                        .map(at -> NUMBERS[(int) at] & 0xFFFF_FFFFL).toArray());
                case 2 -> node.longs(name, random.longs(random.nextInt(5), 0, NUMBERS.length)
                        .map(at -> NUMBERS[(int) at]).toArray());
                case 3 -> node.strings(name, random.ints(random.nextInt(4), 0, WORDS.length)
                        .mapToObj(at -> WORDS[at]).toArray(String[]::new));
                default -> {
                    byte[] bytes = new byte[random.nextInt(20)];
                    random.nextBytes(bytes);
                    node.bytes(name, bytes);
                }
            }
        }
    }
}
