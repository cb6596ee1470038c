// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.driver.panthor.internal.GpuBoard.NORMAL;
import static org.cloister.driver.panthor.internal.Work.BYTES;
import static org.cloister.driver.panthor.internal.Work.OPEN;
import static org.cloister.driver.panthor.internal.Work.PICTURE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.cloister.driver.panthor.GpuGroup;
import org.cloister.driver.panthor.GroupState;
import org.cloister.emulator.devices.Panel.Clip;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.platform.BusFault;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.mali.TranslationTable;

/** Attacks on the memory of protected mode, all of which must be repelled; counts them. For one thread. */
final class GpuAttacks {
    /** Bytes of the heap that are attacked: all that is taken of it in tests is here. */
    static final long SWEPT = 1 << 20;

    private static final long TABLES = 8 << 20; // bytes of the area that tables are looked for in
    private static final int PAGE = TranslationTable.PAGE;

    private final GpuBoard board;
    private long onTheBus;
    private long repelledOnTheBus;
    private long forged;
    private long repelledForged;

    GpuAttacks(GpuBoard board) {
        this.board = board;
    }

    /** Reads and writes each page of the heap's that may be in use, whatever is in it, as all who must not. */
    void onTheBus() {
        for (String attacker : new String[] {"cpu", "gpu", GpuBoard.DMA}) {
            PhysicalMemory memory = board.memory(attacker);
            long before = board.soc().faults().count(memory.initiator());
            long tried = onTheBus;
            for (long page = GpuBoard.VIDEO_BASE; page < GpuBoard.VIDEO_BASE + SWEPT; page += PAGE) {
                strike(page, memory::readInt);
                if (!attacker.equals("cpu")) { // which the heap lets write
                    strike(page, at -> memory.writeInt(at, 1));
                }
            }
            assertThat(board.soc().faults().count(memory.initiator()) - before)
                    .as("faults of %s that the board has counted", attacker).isEqualTo(onTheBus - tried);
        }
    }

    private void strike(long page, LongConsumer access) {
        onTheBus++;
        try {
            access.accept(page + onTheBus * Integer.BYTES % PAGE);
        } catch (BusFault expected) {
            repelledOnTheBus++;
        }
    }

    /**
     * Has the GPU read a page in normal mode, and write it, by tables in which the CPU has put the page in the place of
     * one that a group may use.
     */
    void byForgedTables(long secret) {
        byForgedTables(secret, false);
        byForgedTables(secret, true);
    }

    private void byForgedTables(long secret, boolean writing) {
        byte[] content = content(secret);
        forged++;
        try (GpuGroup group = board.driver().createGroup(OPEN);
                DmaBuf from = board.buffer(NORMAL, PICTURE);
                DmaBuf to = board.buffer(NORMAL, BYTES)) {
            GpuBoard.until(() -> group.state() == GroupState.IDLE);
            Fence done;
            try (Clip _ = board.gpu().stall()) {
                done = group.compose(Work.whole(from, to));
                GpuBoard.until(() -> group.state() == GroupState.BUSY);
                redirect(board.place(writing ? to : from, false), secret, writing);
            }
            Work.fail(done, HeapError.FAULT);
            assertThat(content(secret)).isEqualTo(content);
            assertThat(board.look(to, false, BYTES)).as("what came of the picture").containsOnly(0x5a);
            repelledForged++;
        }
    }

    private byte[] content(long page) {
        byte[] content = new byte[PAGE];
        board.memory("gpu-protected").read(page, MemorySegment.ofArray(content));
        return content;
    }

    /** Puts a page in the place of another wherever tables of the GPU have that; the MMU has to look it up again. */
    void redirect(long from, long to, boolean writable) {
        long wanted = TranslationTable.page(from, writable, false);
        long forgery = TranslationTable.page(to, writable, false);
        long[] found = {0};
        eachDescriptor((at, descriptor) -> {
            if (descriptor == wanted) {
                board.memory("cpu").writeLong(at, forgery);
                found[0]++;
            }
        });
        assertThat(found[0]).as("descriptors of the page at 0x%x", from).isPositive();
    }

    /** The pages of the protected heap that tables of the GPU lead to. */
    Set<Long> mappedSecrets() {
        Set<Long> pages = new TreeSet<>();
        eachDescriptor((_, descriptor) -> {
            long page = TranslationTable.target(descriptor);
            if (TranslationTable.isValid(descriptor) && page >= GpuBoard.VIDEO_BASE
                    && page < GpuBoard.VIDEO_BASE + GpuBoard.SIZE) {
                pages.add(page);
            }
        });
        return pages;
    }

    private interface DescriptorVisitor {
        void visit(long at, long descriptor);
    }

    private void eachDescriptor(DescriptorVisitor visitor) {
        ContiguousArea area = board.soc().contiguousAreas().getFirst();
        MemorySegment all = MemorySegment.ofArray(new long[(int) (TABLES / Long.BYTES)]);
        board.memory("cpu").read(area.base(), all);
        for (long at = 0; at < TABLES; at += Long.BYTES) {
            visitor.visit(area.base() + at, all.get(ValueLayout.JAVA_LONG, at));
        }
    }

    /** Nothing got through, and nothing was left out. */
    void assertAllRepelled(long leastOnTheBus, long leastForged) {
        assertThat(repelledOnTheBus).isEqualTo(onTheBus).isGreaterThanOrEqualTo(leastOnTheBus);
        assertThat(repelledForged).isEqualTo(forged).isGreaterThanOrEqualTo(leastForged);
    }
}
