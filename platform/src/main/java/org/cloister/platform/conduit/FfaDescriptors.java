// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.cloister.platform.layout.FfaRange;
import org.cloister.platform.layout.FfaTransactionReader;
import org.cloister.platform.layout.FfaVersion;

/** Follows FF-A: which buffer descriptors are sent in, and which pages are behind a handle. */
final class FfaDescriptors {
    private static final int MAX_FRAGMENT = 1 << 20;
    private static final int MAX_PAGES = 1 << 20;

    private final TraceMemory memory;
    private final TraceLines lines;
    private final Map<Long, long[]> pages = new HashMap<>();
    private final FfaTransactionReader reader = new FfaTransactionReader();
    private FfaVersion version = FfaVersion.V1_0;
    private long tx;
    private long txSize;
    private long[] sending = {};

    FfaDescriptors(TraceMemory memory, TraceLines lines) {
        this.memory = memory;
        this.lines = lines;
    }

    /** The pages behind a handle. */
    Optional<long[]> memoryOf(long handle) {
        return Optional.ofNullable(pages.get(handle));
    }

    void before(SmcRegisters call) {
        int function = FfaFunction.narrow(call.w(0));
        boolean sends = isSend(function);
        if (!sends && function != FfaFunction.MEM_FRAG_TX || txSize == 0 || sends && call.x(3) != 0) {
            return;
        }
        long length = Integer.toUnsignedLong(call.w(sends ? 2 : 3));
        if (length > Math.min(txSize, MAX_FRAGMENT)) {
            return;
        }
        MemorySegment fragment = memory.read(tx, length);
        lines.words32("mem", fragment);
        sending = sends ? ranges(fragment) : new long[0];
    }

    private static boolean isSend(int function) {
        return function == FfaFunction.MEM_SHARE || function == FfaFunction.MEM_LEND
                || function == FfaFunction.MEM_DONATE;
    }

    private long[] ranges(MemorySegment descriptor) {
        boolean readable = reader.header(descriptor, 0, descriptor.byteSize(), version)
                && reader.receiver(0) && reader.composite() && reader.pageCount() <= MAX_PAGES;
        if (!readable) {
            return new long[0];
        }
        long[] found = new long[(int) reader.pageCount()];
        int count = 0;
        for (long i = 0; reader.range(i); i++) {
            for (long page = 0; page < reader.rangePages() && count < found.length; page++) {
                found[count++] = reader.rangeAddress() + page * FfaRange.PAGE_SIZE;
            }
        }
        return found;
    }

    void after(SmcRegisters call, SmcRegisters answer) {
        int function = FfaFunction.narrow(call.w(0));
        boolean done = answer.w(0) == FfaFunction.SUCCESS;
        if (function == FfaFunction.VERSION && answer.w(0) > 0) {
            version = FfaVersion.atMost(Math.min(call.w(1), answer.w(0)));
        } else if (function == FfaFunction.RXTX_MAP && done) {
            tx = call.x(1);
            txSize = call.x(3) * FfaRange.PAGE_SIZE;
        } else if (function == FfaFunction.RXTX_UNMAP && done) {
            txSize = 0;
        } else if (isSend(function) && done) {
            pages.put(answer.pair(2, 3), sending);
        } else if (function == FfaFunction.MEM_RECLAIM && done) {
            pages.remove(call.pair(1, 2));
        }
    }
}
