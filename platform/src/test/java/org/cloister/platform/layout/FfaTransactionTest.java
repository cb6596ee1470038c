// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FfaTransactionTest {
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment memory = Arena.ofAuto().allocate(8192);
    private final FfaTransactionWriter writer = new FfaTransactionWriter();
    private final FfaTransactionReader reader = new FfaTransactionReader();
    private final FfaTransaction transaction = new FfaTransaction();

    private long write(FfaVersion version, long at) {
        return writer.begin(memory, at, version, 0, 0x2F, 0, 1, 1)
                .receiver(0x8001, FfaReceiver.READ_WRITE)
                .range(0x4000_0000L, 1)
                .range(0x4000_2000L, 3)
                .end();
    }

    @Test
    void writesWhatLinuxWrites() {
        long length = writer.begin(memory, 0, FfaVersion.V1_2, 0, 0, 0, 1, 1)
                .receiver(0x8001, FfaReceiver.READ_WRITE)
                .range(0x7DD0_0000L, 0x100)
                .end();
        assertThat(length).isEqualTo(112).isEqualTo(FfaTransactionWriter.size(FfaVersion.V1_2, 1, 1));
        String expected = "00000000000000000000000000000000" + "01000000000000002000000001000000"
                + "30000000000000000000000000000000" + "01800200500000000000000000000000"
                + "00000000000000000000000000000000" + "00010000010000000000000000000000"
                + "0000d07d000000000001000000000000";
        byte[] bytes = memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(FfaVersion.class)
    void readsBackWhatWasWrittenAtAnyAlignment(FfaVersion version) {
        for (long at = 0; at < 17; at++) {
            memory.fill((byte) 0xFF);
            long length = write(version, at);
            assertThat(length).isEqualTo(FfaTransactionWriter.size(version, 1, 2));
            assertThat(reader.header(memory, at, length, version)).isTrue();
            assertThat(reader.sender()).isZero();
            assertThat(reader.attributes()).isEqualTo(0x2F);
            assertThat(reader.flags()).isZero();
            assertThat(reader.handle()).isZero();
            assertThat(reader.tag()).isEqualTo(1);
            assertThat(reader.version()).isEqualTo(version);
            assertThat(reader.headerReserved()).isFalse();
            assertThat(reader.receiverCount()).isEqualTo(1);
            assertThat(reader.receiverSize()).isEqualTo(version.receiverSize());
            assertThat(reader.receiverOffset()).isEqualTo(version.headerSize());
            assertThat(reader.receiver(0)).isTrue();
            assertThat(reader.endpoint()).isEqualTo(0x8001);
            assertThat(reader.permissions()).isEqualTo(2);
            assertThat(reader.receiverFlags()).isZero();
            assertThat(reader.composite()).isTrue();
            assertThat(reader.pageCount()).isEqualTo(4);
            assertThat(reader.rangeCount()).isEqualTo(2);
            assertThat(reader.rangesEnd()).isEqualTo(length);
            assertThat(reader.range(1)).isTrue();
            assertThat(reader.rangeAddress()).isEqualTo(0x4000_2000L);
            assertThat(reader.rangePages()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource(FfaVersion.class)
    void takesWhatWasWrittenAtAnyAlignment(FfaVersion version) {
        for (long at = 0; at < 17; at++) {
            memory.fill((byte) 0xFF);
            long length = writer.begin(memory, at, version, 0x7001, 0x2F, 0x80000011, -2, 2)
                    .receiver(0x8001, FfaReceiver.READ_WRITE)
                    .receiver(0xFFFF, FfaReceiver.READ_ONLY)
                    .range(0xFFFF_FFFF_FFFF_0000L, 1)
                    .range(0, -3)
                    .end();
            assertThat(transaction.read(memory, at, length, version)).isEqualTo(FfaMalformation.NONE);
            assertThat(transaction.sender()).isEqualTo(0x7001);
            assertThat(transaction.attributes()).isEqualTo(0x2F);
            assertThat(transaction.flags()).isEqualTo(0x80000011);
            assertThat(transaction.handle()).isZero();
            assertThat(transaction.tag()).isEqualTo(-2);
            assertThat(transaction.receivers()).isEqualTo(2);
            assertThat(transaction.endpoint(0)).isEqualTo(0x8001);
            assertThat(transaction.permissions(0)).isEqualTo(FfaReceiver.READ_WRITE);
            assertThat(transaction.endpoint(1)).isEqualTo(0xFFFF);
            assertThat(transaction.permissions(1)).isEqualTo(FfaReceiver.READ_ONLY);
            assertThat(transaction.receiverFlags(1)).isZero();
            assertThat(transaction.pageCount()).isEqualTo(0xFFFF_FFFEL);
            assertThat(transaction.ranges()).isEqualTo(2);
            assertThat(transaction.address(0)).isEqualTo(0xFFFF_FFFF_FFFF_0000L);
            assertThat(transaction.pages(1)).isEqualTo(0xFFFF_FFFDL);
        }
    }

    @Test
    void takesWhatNoSenderSetsButAReceiverMayRead() {
        long length = write(FfaVersion.V1_2, 0);
        memory.set(U64, 8, 0x1122334455667788L);
        memory.set(ValueLayout.JAVA_BYTE, 51, (byte) 0x81);
        memory.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 2, (short) 0xFEDC);
        assertThat(transaction.read(memory, 0, length, FfaVersion.V1_2)).isEqualTo(FfaMalformation.NONE);
        assertThat(transaction.handle()).isEqualTo(0x1122334455667788L);
        assertThat(transaction.receiverFlags(0)).isEqualTo(0x81);
        assertThat(transaction.attributes()).isEqualTo(0xFEDC);
    }

    @Test
    void readsReceiversOf16BytesIn12() {
        writer.begin(memory, 0, FfaVersion.V1_1, 0, 0, 0, 2, 2)
                .receiver(0x8001, 2).receiver(0x8002, 1).range(0x5000_0000L, 16).end();
        assertThat(transaction.read(memory, 0, 0x70, FfaVersion.V1_2)).isEqualTo(FfaMalformation.NONE);
        assertThat(transaction.endpoint(1)).isEqualTo(0x8002);
        assertThat(reader.header(memory, 0, 0x70, FfaVersion.V1_2)).isTrue();
        assertThat(reader.receiver(1)).isTrue();
        assertThat(reader.endpoint()).isEqualTo(0x8002);
    }

    @Test
    void aSenderThatChangesTheHeaderAfterwardsChangesNothing() {
        long length = write(FfaVersion.V1_2, 0);
        reader.header(memory, 0, length, FfaVersion.V1_2);
        memory.fill((byte) 0xFF);
        assertThat(reader.receiverCount()).isEqualTo(1);
        assertThat(reader.tag()).isEqualTo(1);
    }

    @Test
    void whatWasCheckedIsACopy() {
        long length = write(FfaVersion.V1_2, 0);
        assertThat(transaction.read(memory, 0, length, FfaVersion.V1_2)).isEqualTo(FfaMalformation.NONE);
        memory.fill((byte) 0xFF);
        assertThat(transaction.endpoint(0)).isEqualTo(0x8001);
        assertThat(transaction.ranges()).isEqualTo(2);
        assertThat(transaction.address(1)).isEqualTo(0x4000_2000L);
        assertThat(transaction.pages(1)).isEqualTo(3);
    }

    @Test
    void aTransactionHasNoMoreThanItHas() {
        long length = write(FfaVersion.V1_2, 0);
        assertThat(transaction.read(memory, 0, length, FfaVersion.V1_2)).isEqualTo(FfaMalformation.NONE);
        assertThatThrownBy(() -> transaction.address(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> transaction.pages(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> transaction.endpoint(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> transaction.permissions(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> transaction.receiverFlags(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void nothingIsTakenOfWhatIsRefused() {
        assertThat(after(FfaVersion.V1_2, m -> { })).isEqualTo(FfaMalformation.NONE);
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 0x7C, 1))).isEqualTo(FfaMalformation.RESERVED);
        assertThat(transaction.receivers()).isZero();
        assertThat(transaction.ranges()).isZero();
        assertThatThrownBy(() -> transaction.address(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> transaction.endpoint(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void takesMoreRangesThanFitAPage() {
        int many = (int) (memory.byteSize() - FfaTransactionWriter.size(FfaVersion.V1_2, 1, 0)) / FfaRange.SIZE;
        writer.begin(memory, 0, FfaVersion.V1_2, 0, 0, 0, 1, 1).receiver(0x8001, FfaReceiver.READ_WRITE);
        for (int i = 0; i < many; i++) {
            writer.range(0x1_0000_0000L * i, i + 1);
        }
        assertThat(transaction.read(memory, 0, writer.end(), FfaVersion.V1_2)).isEqualTo(FfaMalformation.NONE);
        assertThat(transaction.ranges()).isEqualTo(many).isGreaterThan(FfaRange.PAGE_SIZE / FfaRange.SIZE);
        for (int i = 0; i < many; i++) {
            assertThat(transaction.address(i)).isEqualTo(0x1_0000_0000L * i);
            assertThat(transaction.pages(i)).isEqualTo(i + 1);
        }
    }

    @Test
    void takesAsManyReceiversAsThereAre() {
        writer.begin(memory, 0, FfaVersion.V1_2, 0, 0, 0, 1, 200);
        for (int i = 0; i < 200; i++) {
            writer.receiver(0x8000 + i, i % 2 + 1);
        }
        long length = writer.range(0x4000_0000L, 1).end();
        assertThat(transaction.read(memory, 0, length, FfaVersion.V1_2)).isEqualTo(FfaMalformation.NONE);
        assertThat(transaction.receivers()).isEqualTo(200);
        assertThat(transaction.endpoint(199)).isEqualTo(0x80C7);
        assertThat(transaction.permissions(199)).isEqualTo(2);
        memory.set(U64, 48 + 199 * 32 + 24, 1);
        assertThat(transaction.read(memory, 0, length, FfaVersion.V1_2)).isEqualTo(FfaMalformation.RESERVED);
    }

    private FfaMalformation after(FfaVersion version, Consumer<MemorySegment> damage) {
        memory.fill((byte) 0);
        long length = write(version, 0);
        damage.accept(memory);
        return transaction.read(memory, 0, length, version);
    }

    @ParameterizedTest
    @EnumSource(FfaVersion.class)
    void headerMustFit(FfaVersion version) {
        write(version, 0);
        for (long length = 0; length < version.headerSize(); length++) {
            assertThat(reader.header(memory, 0, length, version)).isFalse();
        }
        assertThat(reader.header(memory, memory.byteSize() - 31, 128, version)).isFalse();
        assertThat(reader.header(memory, -1, 128, version)).isFalse();
        assertThat(reader.header(memory, Long.MAX_VALUE, 128, version)).isFalse();
        assertThat(reader.header(memory, 0, Long.MAX_VALUE, version)).isFalse();
        assertThat(transaction.read(memory, memory.byteSize() - 31, 128, version)).isEqualTo(FfaMalformation.HEADER);
        assertThat(transaction.read(memory, -1, 128, version)).isEqualTo(FfaMalformation.HEADER);
        assertThat(transaction.read(memory, Long.MAX_VALUE, 128, version)).isEqualTo(FfaMalformation.HEADER);
        assertThat(transaction.read(memory, 0, Long.MAX_VALUE, version)).isEqualTo(FfaMalformation.HEADER);
    }

    @Test
    void everyTruncationIsFound() {
        for (FfaVersion version : FfaVersion.values()) {
            long whole = write(version, 0);
            for (long length = 0; length < whole; length++) {
                assertThat(transaction.read(memory, 0, length, version)).as("%s, %d bytes", version, length)
                        .isEqualTo(length < version.headerSize() ? FfaMalformation.HEADER
                                : length < version.headerSize() + version.receiverSize() ? FfaMalformation.RECEIVERS
                                : length < whole - 2 * FfaRange.SIZE ? FfaMalformation.COMPOSITE
                                : FfaMalformation.RANGES);
            }
        }
    }

    @Test
    void receiversMustBeThere() {
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 28, 0))).isEqualTo(FfaMalformation.NO_RECEIVER);
        assertThat(after(FfaVersion.V1_0, m -> m.set(U32, 28, 0))).isEqualTo(FfaMalformation.NO_RECEIVER);
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 28, -1))).isEqualTo(FfaMalformation.RECEIVERS);
        assertThat(after(FfaVersion.V1_0, m -> m.set(U32, 28, -1))).isEqualTo(FfaMalformation.RECEIVERS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 15, 17, 24, 0x7FFFFFFF})
    void receiverSizeMustBeDefined(int size) {
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 24, size))).isEqualTo(FfaMalformation.RECEIVER_SIZE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16, 32, 47, 49, 56, 0x7FFFFFFF})
    void receiverOffsetMustBeBehindTheHeaderAndAligned(int offset) {
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 32, offset))).isEqualTo(FfaMalformation.RECEIVER_OFFSET);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x90, 0x1000, 0x7FFFFFF0, -16})
    void receiversMustFit(int offset) {
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 32, offset))).isEqualTo(FfaMalformation.RECEIVERS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 0x30, 0x40, 0x51, 0x58})
    void compositeMustBeBehindTheReceiversAndAligned(int offset) {
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 52, offset))).isEqualTo(FfaMalformation.COMPOSITE_OFFSET);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x80, 0x1000, -16})
    void compositeMustFit(int offset) {
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 52, offset)))
                .isIn(FfaMalformation.COMPOSITE, FfaMalformation.NO_RANGE);
    }

    @Test
    void receiversMustShareOneComposite() {
        writer.begin(memory, 0, FfaVersion.V1_2, 0, 0x2F, 0, 1, 2)
                .receiver(0x8001, 2).receiver(0x8002, 2).range(0x4000_0000L, 1).end();
        memory.set(U32, 0x54, 0x80);
        assertThat(transaction.read(memory, 0, 0x90, FfaVersion.V1_2)).isEqualTo(FfaMalformation.DIFFERENT_COMPOSITES);
    }

    @Test
    void rangesAreChecked() {
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 0x54, 0))).isEqualTo(FfaMalformation.NO_RANGE);
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 0x54, 3))).isEqualTo(FfaMalformation.RANGES);
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 0x54, -1))).isEqualTo(FfaMalformation.RANGES);
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 0x68, 0))).isEqualTo(FfaMalformation.EMPTY_RANGE);
        assertThat(after(FfaVersion.V1_2, m -> m.set(U64, 0x60, 0x4000_0800L))).isEqualTo(FfaMalformation.ALIGNMENT);
        assertThat(after(FfaVersion.V1_2, m -> m.set(U64, 0x70, -4096))).isEqualTo(FfaMalformation.WRAP);
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 0x50, 5))).isEqualTo(FfaMalformation.PAGE_COUNT);
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 0x78, -1))).isEqualTo(FfaMalformation.PAGE_COUNT);
    }

    @Test
    void reservedFieldsMustBeZero() {
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 36, 1))).isEqualTo(FfaMalformation.RESERVED);
        assertThat(after(FfaVersion.V1_2, m -> m.set(U64, 40, 1))).isEqualTo(FfaMalformation.RESERVED);
        assertThat(after(FfaVersion.V1_0, m -> m.set(ValueLayout.JAVA_BYTE, 3, (byte) 1)))
                .isEqualTo(FfaMalformation.RESERVED);
        assertThat(after(FfaVersion.V1_0, m -> m.set(U32, 24, 1))).isEqualTo(FfaMalformation.RESERVED);
        assertThat(after(FfaVersion.V1_2, m -> m.set(U64, 48 + 24, 1))).isEqualTo(FfaMalformation.RESERVED);
        assertThat(after(FfaVersion.V1_1, m -> m.set(U64, 48 + 8, 1))).isEqualTo(FfaMalformation.RESERVED);
        assertThat(after(FfaVersion.V1_2, m -> m.set(U64, 0x58, 1))).isEqualTo(FfaMalformation.RESERVED);
        assertThat(after(FfaVersion.V1_2, m -> m.set(U32, 0x6C, 1))).isEqualTo(FfaMalformation.RESERVED);
    }

    @Test
    void aStepOutsideIsRefused() {
        long length = write(FfaVersion.V1_2, 0);
        reader.header(memory, 0, length, FfaVersion.V1_2);
        assertThat(reader.receiver(-1)).isFalse();
        assertThat(reader.receiver(1)).isFalse();
        assertThat(reader.receiver(Long.MAX_VALUE)).isFalse();
        reader.receiver(0);
        reader.composite();
        assertThat(reader.range(-1)).isFalse();
        assertThat(reader.range(2)).isFalse();
    }

    @Test
    void writerKeepsToItsOrder() {
        assertThatThrownBy(() -> writer.begin(memory, 0, FfaVersion.V1_2, 0, 0, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.begin(memory, 0, FfaVersion.V1_2, 0, 0, 0, 0, 256))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FfaTransactionWriter().receiver(1, 1))
                .isInstanceOf(IllegalStateException.class);
        writer.begin(memory, 0, FfaVersion.V1_2, 0, 0, 0, 0, 1);
        assertThatThrownBy(() -> writer.range(0, 1)).isInstanceOf(IllegalStateException.class);
        writer.receiver(1, 2);
        assertThatThrownBy(() -> writer.receiver(1, 2)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(writer::end).isInstanceOf(IllegalStateException.class);
        writer.range(0, 1);
        writer.end();
        assertThatThrownBy(writer::end).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void writerDoesNotLeaveItsSegment() {
        MemorySegment small = memory.asSlice(0, 0x60);
        writer.begin(small, 0, FfaVersion.V1_2, 0, 0, 0, 0, 1).receiver(1, 2);
        assertThatThrownBy(() -> writer.range(0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> writer.begin(small, 1, FfaVersion.V1_2, 0, 0, 0, 0, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> writer.begin(small, -1, FfaVersion.V1_2, 0, 0, 0, 0, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void writerTouchesNothingBeforeTheEnd() {
        writer.begin(memory, 0, FfaVersion.V1_2, 0, 0, 0, 7, 1).receiver(1, 2).range(0x4000_0000L, 1);
        assertThat(memory.mismatch(Arena.ofAuto().allocate(8192))).isEqualTo(-1);
        long length = writer.end();
        assertThat(memory.asSlice(length).mismatch(Arena.ofAuto().allocate(8192 - length))).isEqualTo(-1);
        assertThat(memory.get(U64, 16)).isEqualTo(7);
    }

    /** What the strict one takes, the lax one reads. */
    private void agree() {
        assertThat(transaction.sender()).isEqualTo(reader.sender());
        assertThat(transaction.attributes()).isEqualTo(reader.attributes());
        assertThat(transaction.flags()).isEqualTo(reader.flags());
        assertThat(transaction.handle()).isEqualTo(reader.handle());
        assertThat(transaction.tag()).isEqualTo(reader.tag());
        assertThat(transaction.receivers()).isEqualTo((int) reader.receiverCount());
        assertThat(reader.headerReserved()).isFalse();
        for (int i = 0; i < transaction.receivers(); i++) {
            assertThat(reader.receiver(i)).isTrue();
            assertThat(transaction.endpoint(i)).isEqualTo(reader.endpoint());
            assertThat(transaction.permissions(i)).isEqualTo(reader.permissions());
            assertThat(transaction.receiverFlags(i)).isEqualTo(reader.receiverFlags());
            assertThat(reader.receiverReserved()).isFalse();
        }
        assertThat(reader.composite()).isTrue();
        assertThat(transaction.pageCount()).isEqualTo(reader.pageCount());
        assertThat(transaction.ranges()).isEqualTo((int) reader.rangeCount());
        assertThat(reader.compositeReserved()).isFalse();
        for (int i = 0; i < transaction.ranges(); i++) {
            assertThat(reader.range(i)).isTrue();
            assertThat(transaction.address(i)).isEqualTo(reader.rangeAddress());
            assertThat(transaction.pages(i)).isEqualTo(reader.rangePages());
            assertThat(reader.rangeReserved()).isFalse();
        }
    }

    @Test
    void randomBytesNeverLeadOutside() {
        long seed = Long.getLong("seed", 20261121L);
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 200_000; i++) {
            int at = random.nextInt(64);
            int length = random.nextInt(300);
            MemorySegment bounded = memory.asSlice(0, at + length);
            FfaVersion version = FfaVersion.values()[random.nextInt(3)];
            if (random.nextBoolean()) {
                memory.asSlice(0, 512).fill((byte) random.nextInt(256));
            } else {
                write(version, at);
                for (int n = random.nextInt(4); n >= 0; n--) {
                    memory.set(U32, random.nextInt(300), random.nextBoolean() ? random.nextInt() : random.nextInt(128));
                }
            }
            try {
                boolean right = transaction.read(bounded, at, length, version) == FfaMalformation.NONE;
                assertThat(transaction.ranges() > 0).isEqualTo(right);
                if (reader.header(bounded, at, length, version)) {
                    if (right) {
                        agree();
                    }
                    for (long r = 0; reader.receiver(r) && r < 300; r++) {
                        if (reader.composite()) {
                            for (long p = 0; reader.range(p) && p < 300; p++) {
                                assertThat(reader.rangePages()).isNotNegative();
                            }
                        }
                    }
                }
            } catch (RuntimeException e) {
                throw new AssertionError("rerun: mvn -pl platform test -Dtest=FfaTransactionTest -DargLine=-Dseed="
                        + seed + " (round " + i + ")", e);
            }
        }
    }
}
