// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import org.cloister.heap.Access;

/** What a descriptor of a dma-buf understands (Linux: {@code linux/dma-buf.h}). */
public final class BufferRequests {
    /** The argument of {@link #SYNC}: the rights, and {@link #END}. */
    public static final StructLayout SYNC_DATA =
            MemoryLayout.structLayout(JAVA_LONG.withName("flags")).withName("dma_buf_sync");
    /** The argument of {@link #EXPORT_SYNC_FILE} and {@link #IMPORT_SYNC_FILE}. */
    public static final StructLayout SYNC_FILE = MemoryLayout.structLayout(
            JAVA_INT.withName("flags"), JAVA_INT.withName("fd")).withName("dma_buf_sync_file");

    /** Begins or ends access by the CPU. */
    public static final Ioctl SYNC = Ioctl.in("DMA_BUF_IOCTL_SYNC", 'b', 0, SYNC_DATA);
    /** Names a buffer; what is passed is the name itself, the number counts the size of a pointer. */
    public static final Ioctl SET_NAME = Ioctl.in("DMA_BUF_SET_NAME_B", 'b', 1, JAVA_LONG);
    /** Makes a sync file of the fences that a reader or writer has to wait for. */
    public static final Ioctl EXPORT_SYNC_FILE = Ioctl.inOut("DMA_BUF_IOCTL_EXPORT_SYNC_FILE", 'b', 2, SYNC_FILE);
    /** Adds the fence of a sync file. */
    public static final Ioctl IMPORT_SYNC_FILE = Ioctl.in("DMA_BUF_IOCTL_IMPORT_SYNC_FILE", 'b', 3, SYNC_FILE);

    /** Set in the flags of {@link #SYNC} when access ends. */
    public static final int END = 4;
    /** The longest name in bytes. */
    public static final int MAX_NAME = 31;

    private static final VarHandle FLAGS = Fields.of(SYNC_DATA, "flags");
    private static final VarHandle FENCE_FLAGS = Fields.of(SYNC_FILE, "flags");
    private static final VarHandle FENCE_FILE = Fields.of(SYNC_FILE, "fd");

    private BufferRequests() {}

    /** The bits for reading and writing: {@code DMA_BUF_SYNC_READ} 1, {@code DMA_BUF_SYNC_WRITE} 2. */
    private static int bits(Access access) {
        return (access.reads() ? 1 : 0) | (access.writes() ? 2 : 0);
    }

    /** Writes the argument of {@link #SYNC}. */
    public static void writeSync(MemorySegment argument, Access access, boolean end) {
        FLAGS.set(argument, 0L, (long) (bits(access) | (end ? END : 0)));
    }

    /** Writes the argument of {@link #EXPORT_SYNC_FILE} or {@link #IMPORT_SYNC_FILE}. */
    public static void writeSyncFile(MemorySegment argument, Access access, int fd) {
        FENCE_FLAGS.set(argument, 0L, bits(access));
        FENCE_FILE.set(argument, 0L, fd);
    }

    /** The descriptor of the sync file that was made. */
    public static int syncFile(MemorySegment argument) {
        return (int) FENCE_FILE.get(argument, 0L);
    }
}
