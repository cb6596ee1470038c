// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContactSheetTest {
    @TempDir
    private Path directory;

    private final ContactSheet sheet = new ContactSheet();

    @ParameterizedTest
    @CsvSource({"1, 1", "5, 5", "16, 16", "17, 9", "32, 16", "33, 9", "125, 16", "1000, 16"})
    void keepsAFewHoweverManyThereAre(int offered, int kept) {
        for (int i = 0; i < offered; i++) {
            sheet.offer(() -> plain(640, 360, 0));
        }

        assertThat(sheet.size()).isEqualTo(kept);
    }

    @Test
    void picturesAreEvenlySpreadInRows() throws IOException {
        for (int i = 0; i < 40; i++) {
            int number = i;
            sheet.offer(() -> plain(640, 360, number));
        }
        sheet.write(file());
        BufferedImage written = ImageIO.read(file().toFile());

        assertThat(written.getWidth()).isEqualTo(4 * 324 - 4);
        assertThat(written.getHeight()).isEqualTo(3 * 184 - 4);
        for (int i = 0; i < 10; i++) {
            int rgb = written.getRGB(i % 4 * 324 + 160, i / 4 * 184 + 90) & 0xffffff;
            assertThat(rgb).as("picture %d", i).isEqualTo(4 * i);
        }
    }

    @Test
    void aSmallPixelIsTheMeanOfTheLargeOnes() throws IOException {
        BufferedImage stripes = new BufferedImage(640, 2, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < 640; x++) {
            stripes.setRGB(x, 0, x % 2 == 0 ? 0x204060 : 0);
            stripes.setRGB(x, 1, x % 2 == 0 ? 0x204060 : 0);
        }
        sheet.offer(() -> stripes);
        sheet.write(file());

        assertThat(ImageIO.read(file().toFile()).getRGB(10, 0) & 0xffffff).isEqualTo(0x102030);
    }

    @Test
    void smallPanelsAreNotEnlarged() throws IOException {
        sheet.offer(() -> plain(64, 64, 0xff0000));
        sheet.write(file());

        assertThat(ImageIO.read(file().toFile()).getWidth()).isEqualTo(64);
    }

    @Test
    void aClipWithoutPicturesGivesAnEmptySheet() throws IOException {
        sheet.write(file());

        assertThat(file()).isNotEmptyFile();
    }

    @Test
    void saysWhenTheFileCannotBeWritten() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> sheet.write(directory.resolve("none").resolve("sheet.png")));
    }

    private Path file() {
        return directory.resolve("sheet.png");
    }

    private static BufferedImage plain(int width, int height, int rgb) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, rgb);
            }
        }
        return image;
    }
}
