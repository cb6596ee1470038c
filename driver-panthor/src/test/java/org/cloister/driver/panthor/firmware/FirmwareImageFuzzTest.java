// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.firmware;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whatever is done to an image, it is read as a whole and in bounds, or refused with a place and a reason. */
class FirmwareImageFuzzTest {
    private static final int ROUNDS = 40_000;

    @Test
    void damagedImages() {
        long seed = Long.getLong("cloister.seed", 20260501);
        SplittableRandom random = new SplittableRandom(seed);
        byte[] sound = ImageBuilder.complete().build();
        int read = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] image = damage(sound, random);
            try {
                requireSound(FirmwareImage.read(image), image);
                read++;
            } catch (MalformedFirmware refused) {
                assertThat(refused.offset()).isBetween(0L, (long) image.length);
                assertThat(refused.reason()).isNotBlank();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("round %d; again with -Dtest=FirmwareImageFuzzTest -Dcloister.seed=%d"
                        .formatted(round, seed), e);
            }
        }
        assertThat(read).as("images that survived").isBetween(ROUNDS / 100, ROUNDS * 3 / 4);
    }

    private static byte[] damage(byte[] sound, SplittableRandom random) {
        byte[] image = random.nextInt(8) == 0 ? Arrays.copyOf(sound, random.nextInt(sound.length)) : sound.clone();
        for (int i = random.nextInt(1, 4); i > 0 && image.length > 0; i--) {
            int at = random.nextInt(image.length);
            image[at] = switch (random.nextInt(4)) {
                case 0 -> (byte) (image[at] ^ 1 << random.nextInt(8));
                case 1 -> (byte) 0xff;
                case 2 -> 0;
                default -> (byte) random.nextInt();
            };
        }
        return image;
    }

    private static void requireSound(FirmwareImage image, byte[] bytes) {
        for (Entry entry : image.entries()) {
            assertThat(entry.header().offset() + entry.header().size()).isLessThanOrEqualTo(bytes.length);
            assertThat(entry.name()).matches("[ -~]*");
            if (entry instanceof Entry.Section section) {
                assertThat(image.content(section).byteSize()).isLessThanOrEqualTo(section.size());
                assertThat(section.flags().unknown()).isZero();
            }
        }
        assertThat(image.sections().filter(section -> section.flags().shared()).filter(s -> s.size() > 0).count())
                .isLessThanOrEqualTo(1);
    }
}
