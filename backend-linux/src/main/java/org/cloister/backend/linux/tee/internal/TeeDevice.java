// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.tee.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.EnumSet;
import java.util.Set;
import org.cloister.backend.linux.kernel.internal.Errno;
import org.cloister.backend.linux.kernel.internal.Fields;
import org.cloister.backend.linux.kernel.internal.Refusal;
import org.cloister.backend.linux.kernel.internal.SystemCalls;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tee.TeeVersion;

/**
 * A device node of a trusted OS.
 *
 * @param calls reach the kernel
 * @param path of the node
 * @param id tells it from others: the implementation and the node, such as {@code "optee@tee0"}
 * @param version what the kernel says it is
 */
public record TeeDevice(SystemCalls calls, String path, String id, TeeVersion version) {
    private static final VarHandle IMPLEMENTATION = Fields.of(TeeRequests.VERSION_DATA, "impl_id");
    private static final VarHandle IMPLEMENTATION_CAPABILITIES = Fields.of(TeeRequests.VERSION_DATA, "impl_caps");
    private static final VarHandle CAPABILITIES = Fields.of(TeeRequests.VERSION_DATA, "gen_caps");

    /**
     * Asks a device what it is.
     *
     * @param path of the node
     * @param node the node's name
     * @throws HeapException {@code NOT_PERMITTED} when this user may not open it, and others
     */
    public static TeeDevice look(SystemCalls calls, String path, String node) {
        int fd = open(calls, path);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(TeeRequests.VERSION_DATA);
            int result = calls.ioctl(fd, TeeRequests.VERSION, data);
            if (result < 0) {
                throw new Refusal("ask a trusted OS for its version", path).of(result);
            }
            int implementation = (int) IMPLEMENTATION.get(data, 0L);
            String name = name(implementation);
            return new TeeDevice(calls, path, name + "@" + node, new TeeVersion(implementation,
                    name + " behind " + path, (int) IMPLEMENTATION_CAPABILITIES.get(data, 0L),
                    capabilities((int) CAPABILITIES.get(data, 0L))));
        } finally {
            calls.close(fd);
        }
    }

    private static int open(SystemCalls calls, String path) {
        int fd = calls.open(path, true);
        if (fd < 0) {
            var refusal = new Refusal("open a trusted OS", path);
            throw Errno.of(fd) == Errno.EINVAL || Errno.of(fd) == Errno.ENOENT ? refusal.as(HeapError.FIRMWARE_DEAD,
                    fd, "its driver has left", "load the driver again") : refusal.of(fd);
        }
        return fd;
    }

    /** A context of a client's own, to be closed by the caller: sessions and memory belong to one. */
    int open() {
        return open(calls, path);
    }

    private static String name(int implementation) {
        return switch (implementation) {
            case TeeVersion.OPTEE -> "optee";
            case TeeVersion.AMDTEE -> "amdtee";
            case TeeVersion.TSTEE -> "tstee";
            case TeeVersion.QTEE -> "qtee";
            default -> "tee-" + implementation;
        };
    }

    private static Set<TeeVersion.Capability> capabilities(int bits) {
        Set<TeeVersion.Capability> found = EnumSet.noneOf(TeeVersion.Capability.class);
        for (TeeVersion.Capability capability : TeeVersion.Capability.values()) {
            if ((bits & 1 << capability.ordinal()) != 0) {
                found.add(capability);
            }
        }
        return found;
    }

    boolean can(TeeVersion.Capability capability) {
        return version.capabilities().contains(capability);
    }
}
