// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteePageList;
import org.cloister.platform.layout.OpteeParameter;

/** Follows OP-TEE's own interface: which pages are behind parameters, and behind the cookie of registered memory. */
final class SharedLists {
    private static final long MAX_PAGES = 1 << 20;

    private final TraceMemory memory;
    private final TraceLines lines;
    private final Map<Long, long[]> pages = new HashMap<>();
    private final Map<Long, Long> offsets = new HashMap<>();

    SharedLists(TraceMemory memory, TraceLines lines) {
        this.memory = memory;
        this.lines = lines;
    }

    /** The pages behind a cookie. */
    Optional<long[]> memoryOf(long cookie) {
        return Optional.ofNullable(pages.get(cookie));
    }

    /** Where in the first of them the memory begins. */
    long offsetOf(long cookie) {
        return offsets.getOrDefault(cookie, 0L);
    }

    /** Records the lists behind the parameters of a message. */
    void before(MemorySegment message) {
        forEachList(message, (at, list) -> lines.list(
                OpteeParameter.address(message, at) & -TraceMemory.PAGE, list));
    }

    /** Learns from a message that was served. */
    void after(MemorySegment message) {
        if (message.byteSize() < OpteeMessage.SIZE || OpteeMessage.result(message, 0) != 0) {
            return;
        }
        if (OpteeMessage.command(message, 0) == OpteeMessage.REGISTER_SHM) {
            forEachList(message, (at, list) -> {
                long cookie = OpteeParameter.reference(message, at);
                pages.put(cookie, list);
                offsets.put(cookie, OpteeParameter.address(message, at) & TraceMemory.PAGE - 1);
            });
        } else if (OpteeMessage.command(message, 0) == OpteeMessage.UNREGISTER_SHM
                && message.byteSize() >= OpteeMessage.size(1)) {
            long cookie = OpteeParameter.reference(message, OpteeMessage.paramAt(0, 0));
            pages.remove(cookie);
            offsets.remove(cookie);
        }
    }

    /** What is done with a list. */
    @FunctionalInterface
    private interface ListUse {
        void use(long at, long[] list);
    }

    private void forEachList(MemorySegment message, ListUse use) {
        int count = OpteeMessage.checkedParamCount(message, 0, message.byteSize());
        for (int i = 0; i < count; i++) {
            long at = OpteeMessage.paramAt(0, i);
            int type = OpteeParameter.type(message, at);
            boolean temporary = type >= OpteeParameter.TMEM_INPUT && type <= OpteeParameter.TMEM_INOUT;
            if (temporary && (OpteeParameter.attributes(message, at) & OpteeParameter.NONCONTIGUOUS) != 0) {
                use.use(at, read(OpteeParameter.address(message, at), OpteeParameter.size(message, at)));
            }
        }
    }

    private long[] read(long address, long size) {
        long count = (size + (address & TraceMemory.PAGE - 1) + TraceMemory.PAGE - 1) / TraceMemory.PAGE;
        if (size < 0 || count < 0 || count > MAX_PAGES) {
            return new long[0];
        }
        long[] list = new long[(int) count];
        long at = address & -TraceMemory.PAGE;
        for (int done = 0; done < count; done += OpteePageList.CAPACITY) {
            MemorySegment page = memory.read(at, OpteePageList.SIZE);
            if (page.byteSize() == 0) {
                return Arrays.copyOf(list, done);
            }
            for (int i = 0; i < OpteePageList.CAPACITY && done + i < count; i++) {
                list[done + i] = OpteePageList.address(page, 0, i);
            }
            at = OpteePageList.next(page, 0);
        }
        return list;
    }
}
