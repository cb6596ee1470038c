// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * What the kernel's refusals mean to users: the error, and what to do about it.
 *
 * @param what what was tried
 * @param which the object that refused: a path, a buffer
 */
public record Refusal(String what, String which) {
    /**
     * A refusal for an errno that means the same everywhere.
     *
     * @param result what a method of {@link SystemCalls} returned, negative
     */
    public HeapException of(long result) {
        return switch (Errno.of(result)) {
            case EPERM, EACCES -> as(HeapError.NOT_PERMITTED, result, "give this user access: by a udev rule such as"
                    + " SUBSYSTEM==\"dma_heap\", GROUP=\"video\", MODE=\"0660\" (for /dev/tee*: SUBSYSTEM==\"tee\","
                    + " GROUP=\"tee\") and by adding the user to that group, or run as root");
            case ENOENT, ENOTDIR -> as(HeapError.NO_SUCH_HEAP, result,
                    "load the driver that makes the node, or look at what is in the directory");
            case ENXIO, ENODEV -> as(HeapError.UNAVAILABLE, result,
                    "see the kernel's log for what became of its driver");
            case EBADF -> as(HeapError.CLOSED, result, "keep it open until it is no longer needed, and do not close"
                    + " descriptors that belong to others");
            case EMFILE -> as(HeapError.TOO_MANY_FILES, result,
                    "close buffers and descriptors, or raise the limit (ulimit -n, LimitNOFILE= of a service)");
            case ENFILE -> as(HeapError.TOO_MANY_FILES, result,
                    "close files, or raise the limit of the system (sysctl fs.file-max)");
            case ENOMEM, ENOSPC -> as(HeapError.NO_MEMORY, result, "free buffers, or ask for less");
            case EBUSY, EAGAIN -> as(HeapError.BUSY, result, "try again, or find out who uses it");
            case EEXIST, EADDRINUSE -> as(HeapError.ALREADY_EXISTS, result, "take another path, or remove that one");
            case EFAULT -> as(HeapError.FAULT, result, "report this, with the kernel's version");
            case EINVAL, ENAMETOOLONG -> as(HeapError.INVALID_ARGUMENT, result,
                    "compare the argument with what the documentation of the kernel permits");
            case ENOTTY, ENOSYS, EOPNOTSUPP, ESPIPE, ENOTSOCK -> as(HeapError.NOT_SUPPORTED, result,
                    "use a newer kernel, or a file of the right kind");
            case EPIPE, ECONNRESET -> as(HeapError.CLOSED, result, "connect again");
            case ECONNREFUSED -> as(HeapError.UNAVAILABLE, result, "start the process that listens there");
            case EINTR -> as(HeapError.INTERRUPTED, result, "try again");
            case ETIMEDOUT -> as(HeapError.TIMED_OUT, result, "try again, or wait longer");
            case EPROTO -> as(HeapError.PROTOCOL, result, "report this, with the kernel's version");
            case ETOOMANYREFS -> as(HeapError.TOO_MANY_FILES, result,
                    "wait until the other side has received what is on its way");
            case EIO, OTHER -> as(HeapError.BACKEND_FAILED, result, "see the kernel's log");
        };
    }

    /**
     * A refusal for an errno that means something of its own here.
     *
     * @param why the reason, for people; the errno's name follows it
     */
    public HeapException as(HeapError error, long result, String why, String remedy) {
        Errno errno = Errno.of(result);
        String name = errno == Errno.OTHER ? "errno " + -result : errno.name();
        return new HeapException(error, what, which, why + " (" + name + ")", remedy);
    }

    private HeapException as(HeapError error, long result, String remedy) {
        return new HeapException(error, what, which, Errno.describe(result), remedy);
    }
}
