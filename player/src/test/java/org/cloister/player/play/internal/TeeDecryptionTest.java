// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.cloister.driver.bench.TestBoard;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.layout.ContentSample;
import org.cloister.player.clip.internal.CencScheme;
import org.cloister.player.clip.internal.ClipException;
import org.cloister.player.clip.internal.ContentKeys;
import org.cloister.player.clip.internal.KeyId;
import org.cloister.player.clip.internal.Sample;
import org.cloister.player.clip.internal.SampleProtection;
import org.cloister.player.clip.internal.SampleProtection.Subsample;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TeeDecryptionTest {
    private static final String KID = "00112233445566778899aabbccddeeff";
    private static final String KEY = "0123456789abcdeffedcba9876543210";
    private static final byte[] IV = {1, 2, 3, 4, 5, 6, 7, 8};

    private final PlayerBoard player = new PlayerBoard();
    private final DmaBuf buffer = player.bench().heaps().find(TestBoard.VIDEO).orElseThrow().allocate(4 << 20);
    private final PlainTee tee = new PlainTee("Plain");

    @AfterEach
    void switchOff() {
        buffer.close();
        player.close();
    }

    private TeeDecryption decryption() {
        return new TeeDecryption("clip.mp4", ContentKeys.parse(List.of(KID + ":" + KEY)), tee);
    }

    private static Sample sample(int size, CencScheme scheme, String kid, Subsample... parts) {
        byte[] data = new byte[size];
        for (int i = 0; i < size; i++) {
            data[i] = (byte) (i * 31 + 7);
        }
        return new Sample(5, data, 0, Duration.ZERO, true, Optional.of(
                new SampleProtection(scheme, new KeyId(kid), IV, 0, 0, List.of(parts))));
    }

    @Test
    void theApplicationIsToldTheKeyOnceAndThenEachSampleAsTheFileHasIt() {
        Sample sample = sample(1000, CencScheme.CENC, KID, new Subsample(100, 300), new Subsample(200, 400));
        try (TeeDecryption decryption = decryption()) {
            decryption.decrypt(sample, buffer);
            decryption.decrypt(sample, buffer);
        }
        assertThat(tee.calls).extracting(PlainTee.Call::command)
                .containsExactly(ContentSample.SET_KEY, ContentSample.DECRYPT, ContentSample.DECRYPT);
        assertThat(tee.calls.getFirst().in()).extracting(HexFormat.of()::formatHex).containsExactly(KID, KEY);
        List<byte[]> in = tee.calls.getLast().in();
        assertThat(in).as("the buffer is none of the CPU's memory").hasSize(2);
        MemorySegment description = MemorySegment.ofArray(in.getFirst());
        assertThat(description.byteSize()).isEqualTo(ContentSample.size(2));
        assertThat(ContentSample.keyId(description, 0))
                .isEqualTo(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
        assertThat(ContentSample.ivHigh(description, 0)).isEqualTo(0x0102030405060708L);
        assertThat(ContentSample.ivLow(description, 0)).isZero();
        assertThat(ContentSample.checkedSubsampleCount(description, 0, description.byteSize())).isEqualTo(2);
        assertThat(ContentSample.clear(description, 0, 1)).isEqualTo(200);
        assertThat(ContentSample.encrypted(description, 0, 1)).isEqualTo(400);
        assertThat(in.get(1)).isEqualTo(sample.data());
        assertThat(tee.open).isEmpty();
    }

    @Test
    void keysAreWipedWhenTheyAreHandedOverAndSamplesAtTheEnd() {
        TeeDecryption decryption = decryption();
        tee.result = TeeCode.ACCESS_DENIED;
        assertThatExceptionOfType(HeapException.class)
                .isThrownBy(() -> decryption.decrypt(sample(1000, CencScheme.CENC, KID), buffer))
                .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.FIRMWARE_REFUSED))
                .withMessageContaining("hand over the key of clip.mp4");
        assertThat(tee.allocated.getFirst().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        tee.result = TeeCode.SUCCESS;
        decryption.decrypt(sample(1000, CencScheme.CENC, KID), buffer);
        decryption.close();
        decryption.close();
        assertThat(tee.allocated.getFirst().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        assertThat(tee.open).isEmpty();
    }

    @Test
    void aKeyThatWasRefusedIsHandedOverAgain() {
        try (TeeDecryption decryption = decryption()) {
            tee.result = TeeCode.OUT_OF_MEMORY;
            assertThatThrownBy(() -> decryption.decrypt(sample(10, CencScheme.CENC, KID), buffer))
                    .isInstanceOf(HeapException.class);
            tee.result = TeeCode.SUCCESS;
            decryption.decrypt(sample(10, CencScheme.CENC, KID), buffer);
        }
        assertThat(tee.calls).extracting(PlainTee.Call::command)
                .containsExactly(ContentSample.SET_KEY, ContentSample.SET_KEY, ContentSample.DECRYPT);
    }

    @Test
    void aSampleThatIsRefusedIsNamedAndLeavesNothingOpen() {
        try (TeeDecryption decryption = decryption()) {
            decryption.decrypt(sample(10, CencScheme.CENC, KID), buffer);
            int open = tee.open.size();
            tee.result = TeeCode.BAD_FORMAT;
            assertThatExceptionOfType(HeapException.class)
                    .isThrownBy(() -> decryption.decrypt(sample(10, CencScheme.CENC, KID), buffer))
                    .withMessageContaining("decrypt sample 5 of clip.mp4").withMessageContaining("BAD_FORMAT");
            assertThat(tee.open).hasSize(open);
        }
        assertThat(tee.open).isEmpty();
    }

    @Test
    void largeSamplesGetLargerMemoryAndWhatWasThereIsWiped() {
        try (TeeDecryption decryption = decryption()) {
            decryption.decrypt(sample(1000, CencScheme.CENC, KID), buffer);
            Sample large = sample(3 << 20, CencScheme.CENC, KID);
            decryption.decrypt(large, buffer);
            assertThat(tee.calls.getLast().in().get(1)).isEqualTo(large.data());
            assertThat(tee.allocated).extracting(MemorySegment::byteSize).containsExactly(1L << 20, 4L << 20);
            assertThat(tee.allocated.getFirst().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
            assertThat(tee.open).as("session and one piece of memory").hasSize(2);
        }
    }

    @Test
    void theSampleThatFollowsATooLargeOneStillFits() {
        try (TeeDecryption decryption = decryption()) {
            tee.allocation = Optional.of(HeapError.NO_MEMORY);
            assertThatExceptionOfType(HeapException.class)
                    .isThrownBy(() -> decryption.decrypt(sample(3 << 20, CencScheme.CENC, KID), buffer))
                    .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.NO_MEMORY));
            decryption.decrypt(sample(1000, CencScheme.CENC, KID), buffer);
            assertThat(tee.open).hasSize(2);
        }
        assertThat(tee.open).isEmpty();
    }

    @Test
    void whatCannotBeDecryptedIsRefusedBeforeAnythingIsSaid() {
        try (TeeDecryption decryption = decryption()) {
            assertThatExceptionOfType(ClipException.class)
                    .isThrownBy(() -> decryption.decrypt(sample(100, CencScheme.CBCS, KID), buffer))
                    .withMessageContaining("its protection scheme is cbcs, and the content decryption application in Plain"
                            + " knows cenc only");
            assertThatExceptionOfType(ClipException.class)
                    .isThrownBy(() -> decryption.decrypt(sample(100, CencScheme.CENC, "ff".repeat(16)), buffer))
                    .withMessageContaining("ff".repeat(16));
            assertThatExceptionOfType(ClipException.class)
                    .isThrownBy(() -> decryption.decrypt(
                            sample(100, CencScheme.CENC, KID, new Subsample(50, 51)), buffer))
                    .withMessageContaining("do not add up");
            assertThat(tee.calls).isEmpty();
            assertThat(tee.allocated.getFirst().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        }
    }

    @Test
    void theSessionEndsWhenThereIsNoMemoryToShare() {
        tee.allocation = Optional.of(HeapError.NO_MEMORY);
        assertThatThrownBy(this::decryption).isInstanceOf(HeapException.class);
        assertThat(tee.opened).isEqualTo(1);
        assertThat(tee.open).isEmpty();
    }

    @Test
    void memoryThatTheTrustedOsDoesNotKnowIsNotAccessible() {
        try (TeeDecryption decryption = decryption()) {
            decryption.requireAccess(buffer);
            tee.knows = asked -> false;
            assertThatThrownBy(() -> decryption.requireAccess(buffer)).isInstanceOf(HeapException.class);
            assertThatThrownBy(() -> decryption.decrypt(sample(100, CencScheme.CENC, KID), buffer))
                    .isInstanceOf(HeapException.class);
            assertThat(tee.calls).extracting(PlainTee.Call::command).containsExactly(ContentSample.SET_KEY);
        }
    }
}
