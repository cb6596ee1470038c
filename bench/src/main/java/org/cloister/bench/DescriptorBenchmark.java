// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.cloister.platform.layout.FfaMalformation;
import org.cloister.platform.layout.FfaReceiver;
import org.cloister.platform.layout.FfaTransaction;
import org.cloister.platform.layout.FfaTransactionWriter;
import org.cloister.platform.layout.FfaVersion;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Writes and reads memory transactions of FF-A 1.2 in a page as firmware sees it. The peers touch the same fields with
 * bare variable handles at offsets that are written out: the writer's peer keeps no order of steps, the reader's puts
 * the same fields to places of the same kind and checks nothing.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgs = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class DescriptorBenchmark {
    private static final VarHandle U16 = handle(ValueLayout.JAVA_SHORT_UNALIGNED);
    private static final VarHandle U32 = handle(ValueLayout.JAVA_INT_UNALIGNED);
    private static final VarHandle U64 = handle(ValueLayout.JAVA_LONG_UNALIGNED);
    private static final VarHandle U8 = ValueLayout.JAVA_BYTE.varHandle();
    private static final int PAGE = 4096;
    private static final int TRUSTED_OS = 0x8001;
    private static final int USE_CASE = 1;
    private static final int COMPOSITE = 80;
    private static final int FIRST_RANGE = 96;
    private static final int RANGE = 16;

    /** Ranges of the transaction. */
    @Param({"1", "16", "250"})
    public int ranges;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment page = arena.allocate(PAGE, PAGE);
    private final FfaTransactionWriter writer = new FfaTransactionWriter();
    private final FfaTransaction transaction = new FfaTransaction();
    private long length;

    // where the reader's peer puts what it reads
    private int sender;
    private int attributes;
    private int flags;
    private long handle;
    private long tag;
    private long receiverSize;
    private long receiverCount;
    private long receiverOffset;
    private int endpoint;
    private int permissions;
    private int receiverFlags;
    private long compositeOffset;
    private long pageCount;
    private long anyReserved;
    private final long[] addresses = new long[PAGE / RANGE];
    private final int[] pages = new int[PAGE / RANGE];

    private static VarHandle handle(ValueLayout layout) {
        return layout.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    }

    /** Writes a transaction, for those who read. */
    @Setup(Level.Trial)
    public void write() {
        length = encode();
        if (!agrees()) {
            throw new IllegalStateException("decoder and peer disagree");
        }
    }

    /** Gives the page back. */
    @TearDown(Level.Trial)
    public void close() {
        arena.close();
    }

    /** The peer of {@link #encode}. */
    @Benchmark
    public long encodeRaw() {
        U16.set(page, 0L, (short) 0);
        U16.set(page, 2L, (short) 0);
        U32.set(page, 4L, 0);
        U64.set(page, 8L, 0L);
        U64.set(page, 16L, (long) USE_CASE);
        U32.set(page, 24L, 32);
        U32.set(page, 28L, 1);
        U32.set(page, 32L, 48);
        U32.set(page, 36L, 0);
        U64.set(page, 40L, 0L);
        U16.set(page, 48L, (short) TRUSTED_OS);
        U8.set(page, 50L, (byte) FfaReceiver.READ_WRITE);
        U8.set(page, 51L, (byte) 0);
        U32.set(page, 52L, COMPOSITE);
        U64.set(page, 56L, 0L);
        U64.set(page, 64L, 0L);
        U64.set(page, 72L, 0L);
        int pages = 0;
        for (int i = 0; i < ranges; i++) {
            long at = FIRST_RANGE + (long) i * RANGE;
            U64.set(page, at, address(i));
            U32.set(page, at + 8, i + 1);
            U32.set(page, at + 12, 0);
            pages += i + 1;
        }
        U32.set(page, (long) COMPOSITE, pages);
        U32.set(page, COMPOSITE + 4L, ranges);
        U64.set(page, COMPOSITE + 8L, 0L);
        return FIRST_RANGE + (long) ranges * RANGE;
    }

    private static long address(int index) {
        return 0x4000_0000L + (long) index * 0x100_0000;
    }

    /** Encodes. */
    @Benchmark
    @Against(peer = "encodeRaw", ratioAtMost = 2, bytesAtMost = 0)
    public long encode() {
        writer.begin(page, 0, FfaVersion.V1_2, 0, 0, 0, USE_CASE, 1).receiver(TRUSTED_OS, FfaReceiver.READ_WRITE);
        for (int i = 0; i < ranges; i++) {
            writer.range(address(i), i + 1);
        }
        return writer.end();
    }

    /** The peer of {@link #decode}: the same fields to the same kinds of places. */
    @Benchmark
    public long decodeRaw() {
        sender = Short.toUnsignedInt((short) U16.get(page, 0L));
        attributes = Short.toUnsignedInt((short) U16.get(page, 2L));
        flags = (int) U32.get(page, 4L);
        handle = (long) U64.get(page, 8L);
        tag = (long) U64.get(page, 16L);
        receiverSize = Integer.toUnsignedLong((int) U32.get(page, 24L));
        receiverCount = Integer.toUnsignedLong((int) U32.get(page, 28L));
        receiverOffset = Integer.toUnsignedLong((int) U32.get(page, 32L));
        long reserved = (int) U32.get(page, 36L) | (long) U64.get(page, 40L);
        endpoint = Short.toUnsignedInt((short) U16.get(page, 48L));
        permissions = Byte.toUnsignedInt((byte) U8.get(page, 50L));
        receiverFlags = Byte.toUnsignedInt((byte) U8.get(page, 51L));
        compositeOffset = Integer.toUnsignedLong((int) U32.get(page, 52L));
        reserved |= (long) U64.get(page, 72L);
        pageCount = Integer.toUnsignedLong((int) U32.get(page, (long) COMPOSITE));
        int count = (int) U32.get(page, COMPOSITE + 4L);
        reserved |= (long) U64.get(page, COMPOSITE + 8L);
        for (int i = 0; i < count; i++) {
            long at = FIRST_RANGE + (long) i * RANGE;
            addresses[i] = (long) U64.get(page, at);
            pages[i] = (int) U32.get(page, at + 8);
            reserved |= (int) U32.get(page, at + 12);
        }
        anyReserved = reserved;
        return count;
    }

    /** Reads and checks everything once; afterwards each field is at hand and known to be right. */
    @Benchmark
    @Against(peer = "decodeRaw", ratioAtMost = 2, bytesAtMost = 0)
    public long decode() {
        if (transaction.read(page, 0, length, FfaVersion.V1_2) != FfaMalformation.NONE) {
            throw new IllegalStateException("the transaction is refused");
        }
        return transaction.ranges();
    }

    private boolean agrees() {
        boolean same = decode() == decodeRaw() && anyReserved == 0
                && sender == transaction.sender() && attributes == transaction.attributes()
                && flags == transaction.flags() && handle == transaction.handle() && tag == transaction.tag()
                && receiverCount == transaction.receivers() && endpoint == transaction.endpoint(0)
                && permissions == transaction.permissions(0) && receiverFlags == transaction.receiverFlags(0)
                && pageCount == transaction.pageCount();
        for (int i = 0; same && i < ranges; i++) {
            same = addresses[i] == transaction.address(i) && pages[i] == transaction.pages(i);
        }
        return same;
    }
}
