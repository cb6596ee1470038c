// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.cloister.emulator.soc.Refusals.assertFault;
import static org.cloister.emulator.soc.Refusals.assertRefused;
import static org.cloister.emulator.soc.TestBoard.RAM;
import static org.cloister.emulator.soc.TestBoard.VIDEO;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.emulator.soc.Await;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.TestBoard;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.Window;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LeasedWindowTest {
    private static final FirewallRegion LOCK = FirewallRegion.foreground("lock", RAM, 1 << 20, Rights.NONE);

    private final TestBoard board = new TestBoard("k3");
    private final PhysicalMemory cpu = board.memory("cpu");
    private final PhysicalMemory decoder = board.memory("video-decoder");

    @AfterEach
    void switchOff() {
        board.close();
    }

    @Test
    void readsAndWritesWithinItsRange() {
        try (Window window = cpu.open(RAM + 100, 50, Access.READ_WRITE)) {
            assertThat(window.address()).isEqualTo(RAM + 100);
            assertThat(window.length()).isEqualTo(50);
            assertThat(window.access()).isEqualTo(Access.READ_WRITE);
            window.write(46, bytes(1, 2, 3, 4));
            assertThat(cpu.readInt(RAM + 146)).isEqualTo(0x0403_0201);
            MemorySegment back = bytes(0, 0);
            window.read(47, back);
            assertThat(back.toArray(ValueLayout.JAVA_BYTE)).containsExactly(2, 3);
        }
    }

    @Test
    void refusesToLeaveItsRange() {
        try (Window window = cpu.open(RAM, 16, Access.READ_WRITE)) {
            for (long offset : new long[] {-1, 13, 16, Long.MAX_VALUE, Long.MIN_VALUE}) {
                assertThatExceptionOfType(IndexOutOfBoundsException.class)
                        .isThrownBy(() -> window.write(offset, bytes(1, 2, 3, 4)));
                assertThatExceptionOfType(IndexOutOfBoundsException.class)
                        .isThrownBy(() -> window.read(offset, bytes(1, 2, 3, 4)));
            }
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> window.segment().get(ValueLayout.JAVA_BYTE, 16));
        }
    }

    @Test
    void aWriteOnlyWindowGivesNothingBack() {
        try (Window window = cpu.open(VIDEO, 4096, Access.WRITE)) {
            window.write(0, bytes(9));
            assertFault(VIDEO + 5, () -> window.read(5, bytes(1)), "cpu: READ of 1", "opened for WRITE only");
            assertFault(VIDEO, window::segment, "READ of 4096");
        }
        assertThat(decoder.readByte(VIDEO)).isEqualTo((byte) 9);
        assertThat(board.soc().faults().count()).isEqualTo(2);
    }

    @Test
    void aReadWindowTakesNothing() {
        cpu.writeByte(RAM, (byte) 3);
        try (Window window = cpu.open(RAM, 4096, Access.READ)) {
            assertFault(RAM, () -> window.write(0, bytes(1)), "opened for READ only");
            MemorySegment segment = window.segment();
            assertThat(segment.isReadOnly()).isTrue();
            assertThat(segment.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 3);
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
        }
    }

    @Test
    void theSegmentIsTheMemory() {
        try (Window window = cpu.open(RAM + 64, 64, Access.READ_WRITE)) {
            assertThat(window.segment().byteSize()).isEqualTo(64);
            window.segment().set(ValueLayout.JAVA_BYTE, 63, (byte) 8);
            assertThat(cpu.readByte(RAM + 127)).isEqualTo((byte) 8);
            assertThat(window.segment()).isEqualTo(window.segment());
        }
    }

    @Test
    void afterCloseNothingWorks() {
        Window window = cpu.open(RAM, 64, Access.READ_WRITE);
        MemorySegment segment = window.segment();
        MemorySegment slice = segment.asSlice(8, 8);
        window.close();
        window.close();
        assertThatIllegalStateException().isThrownBy(() -> window.read(0, bytes(1)));
        assertThatIllegalStateException().isThrownBy(() -> window.write(0, bytes(1)));
        assertThatIllegalStateException().isThrownBy(window::segment);
        assertThatIllegalStateException().isThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0));
        assertThatIllegalStateException().isThrownBy(() -> slice.set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
    }

    @Test
    void afterCloseItsSegmentIsGoneForOtherThreadsToo() {
        Window window = cpu.open(RAM, 64, Access.READ_WRITE);
        MemorySegment segment = window.segment();
        AtomicReference<Throwable> seen = new AtomicReference<>();
        CountDownLatch reading = new CountDownLatch(1);
        Thread reader = Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    segment.set(ValueLayout.JAVA_BYTE, 5, (byte) (segment.get(ValueLayout.JAVA_BYTE, 5) + 1));
                    reading.countDown();
                }
            } catch (IllegalStateException closed) {
                seen.set(closed);
            }
        });
        Await.until("the reader reads", () -> reading.getCount() == 0);
        window.close();
        Await.until("the reader is told", () -> !reader.isAlive());
        assertThat(seen.get()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anOpenWindowHoldsTheFirewall() {
        Window window = cpu.open(RAM, 64, Access.READ);
        assertRefused(HeapError.TIMED_OUT, () -> board.set(LOCK), "cpu holds a lease (READ) on 0x80000000");
        window.close();
        board.set(LOCK);
        assertFault(RAM, () -> cpu.open(RAM, 64, Access.READ), "(lock)");
    }

    @Test
    void anOperationThatAnotherThreadHasBegunHoldsTheFirewallBeyondTheClose() {
        byte[] ones = new byte[96 << 20];
        Arrays.fill(ones, (byte) 1);
        PhysicalMemory secure = board.memory("cpu-secure");
        FirewallRegion lock = FirewallRegion.foreground("lock", RAM, ones.length,
                Rights.of(Map.of(secure.initiator(), Access.READ)));

        Window window = cpu.open(RAM, ones.length, Access.READ_WRITE);
        CompletableFuture<Void> writing =
                CompletableFuture.runAsync(() -> window.write(0, MemorySegment.ofArray(ones)));
        Await.until("the write has begun", () -> secure.readByte(RAM) == 1);
        window.close();
        board.secure().program(FirewallUpdate.set(lock), Duration.ofSeconds(30));

        assertThat(secure.readByte(RAM + ones.length - 1)).as("the write has ended").isEqualTo((byte) 1);
        writing.join();
    }

    @Test
    void aRefusedSegmentDoesNotKeepTheLease() {
        try (Window window = cpu.open(VIDEO, 64, Access.WRITE)) {
            assertFault(VIDEO, window::segment);
        }
        board.secure().program(FirewallUpdate.remove("video@88000000"), Duration.ZERO);
    }

    @Test
    void aSegmentThatNativeCodeIsUsingStaysUntilThatIsDone() throws IOException {
        Window window = cpu.open(RAM, 64, Access.READ_WRITE);
        try (SystemCall call = new SystemCall(window.segment())) {
            assertThatIllegalStateException().isThrownBy(window::close);
            assertThatIllegalStateException().isThrownBy(() -> window.read(0, bytes(1)));
            assertRefused(HeapError.TIMED_OUT, () -> board.set(LOCK), "cpu holds a lease");
            call.finish();
            assertThat(cpu.readByte(RAM)).isEqualTo((byte) 7);
        }
        window.close();
        board.set(LOCK);
    }

    @Test
    void switchingOffKeepsTheMemoryThatNativeCodeIsUsing() throws IOException {
        Window window = cpu.open(RAM, 64, Access.READ_WRITE);
        MemorySegment segment = window.segment();
        try (SystemCall call = new SystemCall(segment)) {
            board.close();
            assertThatIllegalStateException().isThrownBy(() -> cpu.readByte(RAM));
            call.finish();
            assertThat(segment.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
        }
        window.close();
    }

    @Test
    void switchingOffClosesWhatWasLeftOpen() {
        Window left = cpu.open(RAM, 64, Access.READ_WRITE);
        MemorySegment segment = left.segment();
        Window copying = cpu.open(RAM, 64, Access.READ_WRITE);
        board.close();
        assertThatIllegalStateException().isThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0));
        assertThatIllegalStateException().isThrownBy(() -> left.read(0, bytes(1)));
        assertThatIllegalStateException().isThrownBy(() -> copying.read(0, bytes(1)));
        copying.close();
    }

    /** A system call that reads into a segment, and blocks until it is let go. */
    private static final class SystemCall implements AutoCloseable {
        private final Pipe pipe = Pipe.open();
        private final Thread reader;

        SystemCall(MemorySegment into) throws IOException {
            ByteBuffer buffer = into.asByteBuffer();
            reader = Thread.ofPlatform().daemon().start(() -> {
                try {
                    pipe.source().read(buffer);
                } catch (IOException closed) {
                    throw new UncheckedIOException(closed);
                }
            });
            Await.until("the reader is in the system call", () -> {
                StackTraceElement[] stack = reader.getStackTrace(); // loading classes takes system calls too
                return stack.length > 0 && stack[0].isNativeMethod() && stack[0].getMethodName().equals("read0")
                        && stack[0].getClassName().startsWith("sun.nio.ch.");
            });
        }

        void finish() throws IOException {
            pipe.sink().write(ByteBuffer.wrap(new byte[] {7}));
            Await.until("the reader is done", () -> !reader.isAlive());
        }

        @Override
        public void close() throws IOException {
            pipe.sink().close();
            pipe.source().close();
        }
    }

    private static MemorySegment bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return MemorySegment.ofArray(bytes);
    }
}
