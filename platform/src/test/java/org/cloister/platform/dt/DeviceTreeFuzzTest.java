// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Damages blobs at random. Whatever comes of it is a tree that can be walked, or {@link MalformedDeviceTree} with an
 * offset in the blob; never another exception, and never endless.
 */
class DeviceTreeFuzzTest {
    private static final int BLOBS = 10_000;
    private static final int[] WORDS = {0, 1, 2, 3, 4, 9, 0xff, 0x28, -1, -4, Integer.MAX_VALUE, Integer.MIN_VALUE};

    static LongStream seeds() {
        Long chosen = Long.getLong("cloister.seed");
        return chosen == null ? LongStream.rangeClosed(1, 5) : LongStream.of(chosen);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void damagedBlobs(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            int trees = 0;
            for (int i = 0; i < BLOBS; i++) {
                byte[] blob = damage(Trees.sample(), random);
                try {
                    trees += isTree(blob) ? 1 : 0;
                } catch (RuntimeException | AssertionError | StackOverflowError | OutOfMemoryError failure) {
                    throw new AssertionError("blob %d of seed %d; rerun: mvn -pl platform -am test -Dtest=%s "
                            .formatted(i, seed, getClass().getSimpleName())
                            + "-Dsurefire.failIfNoSpecifiedTests=false -Dcloister.seed=" + seed, failure);
                }
            }
            assertThat(trees).as("blobs that stayed trees").isBetween(1, BLOBS - 1);
        });
    }

    private static boolean isTree(byte[] blob) {
        try {
            DeviceTree tree = DeviceTree.read(blob);
            tree.nodes().forEach(DeviceTreeFuzzTest::walk);
            tree.reservedMemory().regions().forEach(region -> assertThat(region.path()).startsWith("/"));
            tree.nodes().forEach(node -> tree.reservedMemory().regionsOf(node));
            return true;
        } catch (MalformedDeviceTree refusal) {
            assertThat(refusal.offset()).isBetween(0L, (long) blob.length);
            return false;
        }
    }

    private static void walk(Node node) {
        assertThat(node.tree().find(node.path())).isPresent();
        node.parent().ifPresent(parent -> assertThat(parent.children()).contains(node));
        node.properties().forEach(property -> {
            assertThat(property.name()).isNotEmpty();
            assertThat(property.bytes()).hasSize(property.length());
        });
        node.phandle();
        node.compatible();
        node.isEnabled();
        node.ranges("reg");
    }

    private static byte[] damage(byte[] blob, RandomGenerator random) {
        byte[] damaged = blob;
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            damaged = damageOnce(damaged, random);
        }
        return damaged;
    }

    private static byte[] damageOnce(byte[] blob, RandomGenerator random) {
        if (blob.length < 8) {
            return blob;
        }
        int word = random.nextInt(blob.length / 4) * 4;
        ByteBuffer bytes = ByteBuffer.wrap(blob);
        switch (random.nextInt(7)) {
            case 0 -> blob[random.nextInt(blob.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes.putInt(word, WORDS[random.nextInt(WORDS.length)]);
            case 2 -> bytes.putInt(word, bytes.getInt(word) + random.nextInt(-8, 9));
            case 3 -> bytes.putInt(random.nextInt(10) * 4 % (blob.length - 3), random.nextInt(blob.length + 8));
            case 4 -> bytes.putInt(word, bytes.getInt(random.nextInt(blob.length / 4) * 4));
            case 5 -> Arrays.fill(blob, word, word + random.nextInt(blob.length - word), (byte) random.nextInt(256));
            default -> {
                return Arrays.copyOf(blob, random.nextInt(blob.length));
            }
        }
        return blob;
    }
}
