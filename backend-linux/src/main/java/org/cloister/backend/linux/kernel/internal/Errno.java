// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import java.util.Arrays;

/** Why the kernel refused something, with the numbers of the generic ABI (x86-64, arm64). */
public enum Errno {
    /** Not permitted. */
    EPERM(1, "the operation is not permitted"),
    /** Nothing by that name. */
    ENOENT(2, "there is no such file"),
    /** A signal came. */
    EINTR(4, "a signal interrupted it"),
    /** Input or output failed. */
    EIO(5, "the device failed"),
    /** No device behind the node. */
    ENXIO(6, "there is no device behind the node"),
    /** Not a descriptor. */
    EBADF(9, "the descriptor is closed, or was not opened for this"),
    /** Later. */
    EAGAIN(11, "it cannot be done right now"),
    /** No memory. */
    ENOMEM(12, "there is not enough memory"),
    /** No permission. */
    EACCES(13, "permission is denied"),
    /** A bad address. */
    EFAULT(14, "the argument is not in accessible memory"),
    /** Busy. */
    EBUSY(16, "it is in use"),
    /** Exists already. */
    EEXIST(17, "it exists already"),
    /** No such device. */
    ENODEV(19, "the device is gone"),
    /** A part of the path is no directory. */
    ENOTDIR(20, "a part of the path is not a directory"),
    /** An argument is wrong. */
    EINVAL(22, "the kernel does not accept the argument"),
    /** The system's table of open files is full. */
    ENFILE(23, "the system has too many open files"),
    /** The process's table of open files is full. */
    EMFILE(24, "this process has too many open files"),
    /** The device does not know the request. */
    ENOTTY(25, "the device does not know this request"),
    /** No space. */
    ENOSPC(28, "there is no space left"),
    /** Not seekable. */
    ESPIPE(29, "it cannot be sought in"),
    /** The other side is gone. */
    EPIPE(32, "the other side has closed the connection"),
    /** A name is too long. */
    ENAMETOOLONG(36, "the name is too long"),
    /** The kernel does not have it. */
    ENOSYS(38, "the kernel does not have this call"),
    /** Not a protocol error of ours. */
    EPROTO(71, "the other side broke the protocol"),
    /** Not a socket. */
    ENOTSOCK(88, "it is not a socket"),
    /** Not supported. */
    EOPNOTSUPP(95, "it is not supported"),
    /** An address is taken. */
    EADDRINUSE(98, "the path is taken"),
    /** The other side went away. */
    ECONNRESET(104, "the other side reset the connection"),
    /** Nobody listens. */
    ECONNREFUSED(111, "nobody listens there"),
    /** Time ran out. */
    ETIMEDOUT(110, "it took too long"),
    /** Too many descriptors are on their way. */
    ETOOMANYREFS(109, "too many descriptors are on their way"),
    /** Any other. */
    OTHER(0, "the kernel gives a reason of its own");

    private final int number;
    private final String meaning;

    Errno(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /**
     * The errno of a negative result.
     *
     * @param result what a method of {@link SystemCalls} returned
     */
    public static Errno of(long result) {
        return Arrays.stream(values()).filter(errno -> errno.number == -result).findFirst().orElse(OTHER);
    }

    /** The errno's number. */
    public int number() {
        return number;
    }

    /** What it means, for people, with its name or, if it is not known, its number. */
    public static String describe(long result) {
        Errno errno = of(result);
        return "%s (%s)".formatted(errno.meaning, errno == OTHER ? "errno " + -result : errno.name());
    }
}
