// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.firmware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cloister.driver.panthor.firmware.ImageBuilder.EX;
import static org.cloister.driver.panthor.firmware.ImageBuilder.OPTIONAL;
import static org.cloister.driver.panthor.firmware.ImageBuilder.PROT;
import static org.cloister.driver.panthor.firmware.ImageBuilder.RD;
import static org.cloister.driver.panthor.firmware.ImageBuilder.SHARED;
import static org.cloister.driver.panthor.firmware.ImageBuilder.WR;
import static org.cloister.driver.panthor.firmware.ImageBuilder.ZERO;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.Stream;
import org.cloister.driver.panthor.firmware.SectionFlags.CacheMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FirmwareImageTest {
    private static final int PAGES = 0x2000;

    private static byte[] patched(byte[] image, int at, int... bytes) {
        byte[] damaged = image.clone();
        for (int i = 0; i < bytes.length; i++) {
            damaged[at + i] = (byte) bytes[i];
        }
        return damaged;
    }

    private static byte[] sound() {
        return ImageBuilder.complete().build();
    }

    @Test
    void everyTypeOfEntryIsRead() {
        FirmwareImage image = FirmwareImage.read(sound());

        assertThat(image.minorVersion()).isEqualTo(3);
        assertThat(image.versionHash()).isEqualTo(0x0101_0000);
        assertThat(image.entries()).extracting(entry -> entry.header().type())
                .containsExactly(0, 0, 0, 0, 1, 2, 3, 4, 6, 9);
        assertThat(image.entries()).extracting(Entry::name).containsExactly("code", "", "protected", "shared",
                "Log verbosity", "", "fwlog", "timeline_header", "git_sha: 0123abcd", "");
        assertThat(image.entries()).extracting(Entry::destination).containsExactly(
                Destination.NORMAL, Destination.NORMAL, Destination.RESTRICTED, Destination.SHARED,
                Destination.NONE, Destination.NONE, Destination.NONE, Destination.NONE, Destination.NONE,
                Destination.NONE);
        assertThat(image.entries().getLast()).isInstanceOf(Entry.Skipped.class);
        assertThat(image.hasProtectedSections()).isTrue();
        assertThat(image.sharedSection()).map(Entry::name).contains("shared");
    }

    @Test
    void fieldsOfEntries() {
        FirmwareImage image = FirmwareImage.read(sound());

        Entry.Section data = (Entry.Section) image.entries().get(1);
        assertThat(data.vaStart()).isEqualTo(0x0200_0000);
        assertThat(data.size()).isEqualTo(0x4_0000);
        assertThat(image.content(data).toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3);
        assertThat(data.flags().names()).containsExactly("RD", "WR", "ZERO", "CACHED");
        assertThat(data.flags().cacheMode()).isEqualTo(CacheMode.CACHED);
        assertThat(data.flags().executable()).isFalse();
        Entry.Configuration setting = (Entry.Configuration) image.entries().get(4);
        assertThat(setting.address()).isEqualTo(0x41_131c);
        assertThat(setting.maximum()).isEqualTo(3);
        assertThat(setting.header().optional()).isTrue();
        assertThat(setting.header().updatable()).isTrue();
        Entry.TraceBuffer trace = (Entry.TraceBuffer) image.entries().get(6);
        assertThat(trace.kind()).isEqualTo(1);
        assertThat(trace.enableBits()).isEqualTo(17);
        Entry.TimelineMetadata timeline = (Entry.TimelineMetadata) image.entries().get(7);
        assertThat(timeline.dataSize()).isEqualTo(4);
    }

    @Test
    void contentIsACopyThatNobodyChanges() {
        byte[] bytes = sound();
        FirmwareImage image = FirmwareImage.read(bytes);
        Entry.Section code = image.sections().findFirst().orElseThrow();
        byte[] before = image.content(code).toArray(ValueLayout.JAVA_BYTE);

        Arrays.fill(bytes, (byte) 0);

        assertThat(image.content(code).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
        assertThat(image.content(code).isReadOnly()).isTrue();
    }

    @Test
    void namesThatAreNoTextAreNone() {
        byte[] image = new ImageBuilder().section(RD, 0, PAGES, "\1\2").section(RD, PAGES, 2 * PAGES, "\0@").build();

        assertThat(FirmwareImage.read(image).entries()).extracting(Entry::name).containsOnly("");
    }

    @Test
    void sectionsWithoutMemoryGoNowhere() {
        byte[] image = new ImageBuilder().section(RD, PAGES, PAGES, "empty").build();

        assertThat(FirmwareImage.read(image).entries().getFirst().destination()).isEqualTo(Destination.NONE);
    }

    @Test
    void imageWithoutSharedSectionIsReadAndHasNone() {
        assertThat(FirmwareImage.read(new ImageBuilder().build()).sharedSection()).isEmpty();
    }

    static Stream<Arguments> refusals() {
        byte[] sound = sound();
        return Stream.of(
                Arguments.of("nothing", new byte[0], "ends here, within its header"),
                Arguments.of("half a header", Arrays.copyOf(sound, 19), "ends here, within its header"),
                Arguments.of("magic", patched(sound, 0, 0x7f), "the magic number is 0xc3f13a7f"),
                Arguments.of("major version", patched(sound, 5, 1), "the major version 1"),
                Arguments.of("first padding", patched(sound, 6, 1), "padding is not zero"),
                Arguments.of("first padding, upper half", patched(sound, 7, 1), "padding is not zero"),
                Arguments.of("second padding", patched(sound, 15, 1), "padding is not zero"),
                Arguments.of("size below header", patched(sound, 16, 19, 0), "the header alone has 20"),
                Arguments.of("size beyond file", patched(sound, 19, 0x7f), "its entries go on to 0x7f"),
                Arguments.of("size that is negative as int", patched(sound, 19, 0xff), "its entries go on to 0xff"),
                Arguments.of("size cuts an entry", patched(sound, 16, 40, 0), "goes beyond the entries' end at 0x28"),
                Arguments.of("size cuts an entry's header", patched(sound, 16, 22, 0), "within the header of one"),
                Arguments.of("entry of no bytes", patched(sound, 21, 0), "an entry has 0 bytes"),
                Arguments.of("entry of odd size", patched(sound, 21, 34), "an entry has 34 bytes"),
                Arguments.of("unknown type", entry(5, 0), "the unknown type 5 is not optional"),
                Arguments.of("unknown type 255", entry(255, 0), "the unknown type 255 is not optional"),
                Arguments.of("short section", entry(0, 0, 1, 2, 3, 4), "it has at least 24"),
                Arguments.of("short optional section", entry(0, OPTIONAL, 1), "it has at least 24"),
                Arguments.of("short setting", entry(1, OPTIONAL, 1, 2), "it has at least 16"),
                Arguments.of("short trace buffer", entry(3, OPTIONAL, 1, 2, 3, 4, 5, 6), "it has at least 32"),
                Arguments.of("short timeline", entry(4, OPTIONAL, 1), "it has at least 12"),
                Arguments.of("short build info", entry(6, OPTIONAL, 1), "it has at least 12"),
                Arguments.of("timeline outside", entry(4, OPTIONAL, 0, -1), "up to 0xffffffff"),
                Arguments.of("build info outside", entry(6, OPTIONAL, -1, -1), "up to 0x1fffffffe"),
                Arguments.of("addresses backwards", section(RD, PAGES, 0, 0, 0), "before its start at 0x2000"),
                Arguments.of("start not aligned", section(RD, 0x800, PAGES, 0, 0), "whole pages"),
                Arguments.of("end not aligned", section(RD, 0, 0x1004, 0, 0), "whole pages"),
                Arguments.of("data backwards", section(RD, 0, PAGES, 8, 4), "before its start at 0x8"),
                Arguments.of("data outside", section(RD, 0, PAGES, 0, 0x1000), "up to 0x1000"),
                Arguments.of("data far outside", section(RD, 0, PAGES, -2, -1), "up to 0xffffffff"),
                Arguments.of("data without memory", section(RD, 0, 0, 0, 4), "a section of 0 bytes has a content of 4"),
                Arguments.of("flag 6", section(RD | 1 << 6, 0, PAGES, 0, 0), "unknown flags 0x40"),
                Arguments.of("flag 29", section(RD | 1 << 29, 0, PAGES, 0, 0), "unknown flags 0x20000000"),
                Arguments.of("shared and protected", section(SHARED | PROT, 0x400_0000, 0x400_1000, 0, 0),
                        "it cannot be both"),
                Arguments.of("shared elsewhere", section(SHARED, 0x401_0000, 0x402_0000, 0, 0), "from its start on"),
                Arguments.of("shared too long", section(SHARED, 0x400_0000, 0x800_1000, 0, 0), "from its start on"),
                Arguments.of("not shared there", section(RD, 0x400_0000, 0x400_1000, 0, 0), "is not shared"),
                Arguments.of("reaches into shared", section(RD, 0x3ff_f000, 0x400_1000, 0, 0), "is not shared"),
                Arguments.of("overlap", new ImageBuilder().section(RD, 0, 3 * PAGES, "a")
                        .section(RD, 2 * PAGES, 4 * PAGES, "b").build(), "overlaps another"),
                Arguments.of("two shared sections", new ImageBuilder().shared().shared().build(), "overlaps another"));
    }

    private static byte[] entry(int type, int flags, int... words) {
        return new ImageBuilder().entry(type, flags, "", words).build();
    }

    private static byte[] section(int... words) {
        return entry(0, 0, words);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void refused(String what, byte[] image, String reason) {
        assertThatThrownBy(() -> FirmwareImage.read(image)).isInstanceOf(MalformedFirmware.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 7, 8, 9, 255})
    void unknownOptionalEntriesAreSkipped(int type) {
        byte[] image = new ImageBuilder().entry(type, OPTIONAL, "", -1, -1).shared().build();

        assertThat(FirmwareImage.read(image).entries()).hasSize(2);
        assertThat(FirmwareImage.read(image).sharedSection()).isPresent();
    }

    @Test
    void largestSharedSection() {
        byte[] image = section(SHARED | RD | WR | ZERO, 0x400_0000, 0x800_0000, 0, 0);

        assertThat(FirmwareImage.read(image).sharedSection()).map(Entry.Section::size).contains(0x400_0000L);
    }

    @Test
    void highestAddressesAreUnsigned() {
        byte[] image = section(RD | EX, 0xffff_0000, 0xffff_f000, 0, 0);

        assertThat(FirmwareImage.read(image).sections().findFirst()).map(Entry.Section::vaEnd).contains(0xffff_f000L);
    }

    @Test
    void everyPrefixIsRefused() {
        byte[] sound = sound();

        for (int length = 0; length < sound.length; length++) {
            byte[] cut = Arrays.copyOf(sound, length);
            assertThatThrownBy(() -> FirmwareImage.read(cut)).as("%d bytes", length)
                    .isInstanceOf(MalformedFirmware.class);
        }
    }
}
