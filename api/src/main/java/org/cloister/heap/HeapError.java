// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Why an operation was refused. Each error maps to the errno that a Linux caller would have seen, so that programs
 * which straddle both worlds need one table only. Numbers are those of the generic Linux ABI (x86-64, arm64).
 *
 * <p>Two errors may share an errno; the enum constant is the precise one. New constants may be added in a minor
 * version: a {@code switch} over this type outside this project wants a {@code default}.
 */
@ProviderType
public enum HeapError {
    /** CPU access that the heap does not permit, such as mapping a restricted buffer. */
    CPU_ACCESS_DENIED("EPERM", 1),
    /** No heap of that name is known, and none was ever seen. */
    NO_SUCH_HEAP("ENOENT", 2),
    /** The waiting thread was interrupted; its interrupt flag is set again. */
    INTERRUPTED("EINTR", 4),
    /** The backend threw, hung, or vanished during the call. */
    BACKEND_FAILED("EIO", 5),
    /** The handle was closed before. */
    CLOSED("EBADF", 9),
    /** No free memory of that size and alignment. */
    NO_MEMORY("ENOMEM", 12),
    /** An importer or trusted application that needs restricted memory was offered other memory, or the reverse. */
    NOT_PERMITTED("EACCES", 13),
    /** A hardware access was blocked on the bus. */
    FAULT("EFAULT", 14),
    /** In use in a way that excludes the request, for example closing what still has attachments. */
    BUSY("EBUSY", 16),
    /** The device that an importer stands for cannot reach the memory: rights, address width, contiguity, alignment. */
    UNREACHABLE("EBUSY", 16),
    /** A name or id that is taken already by something else. */
    ALREADY_EXISTS("EEXIST", 17),
    /** The heap is known, but no backend serves it now. */
    UNAVAILABLE("ENODEV", 19),
    /** An argument that can never be right: zero or absurd length, alignment that is no power of two, bad name. */
    INVALID_ARGUMENT("EINVAL", 22),
    /** The hardware has no firewall region left. */
    NO_REGION("ENOSPC", 28),
    /** The file-descriptor table of the process or system is full. */
    TOO_MANY_FILES("EMFILE", 24),
    /** An offset or length that leaves the buffer. */
    OUT_OF_BOUNDS("ERANGE", 34),
    /** A message that breaks its protocol: length, reserved field, id, order. */
    PROTOCOL("EPROTO", 71),
    /** The operation is not offered by this heap, backend, or platform. */
    NOT_SUPPORTED("EOPNOTSUPP", 95),
    /** The heap's backend is leaving and takes no new allocation. */
    DRAINING("ESHUTDOWN", 108),
    /** The time budget ran out. */
    TIMED_OUT("ETIMEDOUT", 110),
    /** The firmware or trusted OS no longer answers. */
    FIRMWARE_DEAD("EHOSTDOWN", 112),
    /** The buffer was revoked: its backend left and the deadline passed. */
    REVOKED("ESTALE", 116),
    /** The firmware refused the request, with a reason of its own. */
    FIRMWARE_REFUSED("EREMOTEIO", 121),
    /** A quota of the calling bundle, or of the use case, is used up. */
    QUOTA_EXCEEDED("EDQUOT", 122),
    /** The operation was cancelled by another party. */
    CANCELLED("ECANCELED", 125),
    /** Memory whose reclaim failed; it is never handed out again. */
    QUARANTINED("ENOTRECOVERABLE", 131);

    private final String errnoName;
    private final int errno;

    HeapError(String errnoName, int errno) {
        this.errnoName = errnoName;
        this.errno = errno;
    }

    /** {@return the symbolic errno, such as {@code ENOMEM}} */
    public String errnoName() {
        return errnoName;
    }

    /** {@return the errno as a positive number} */
    public int errno() {
        return errno;
    }
}
