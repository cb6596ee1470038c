// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The errno of each error. Numbers: Linux, include/uapi/asm-generic/errno-base.h and errno.h. */
class HeapErrorTest {
    private static final Map<String, Integer> LINUX = Map.ofEntries(
            Map.entry("EPERM", 1), Map.entry("ENOENT", 2), Map.entry("EINTR", 4), Map.entry("EIO", 5),
            Map.entry("EBADF", 9), Map.entry("ENOMEM", 12), Map.entry("EACCES", 13), Map.entry("EFAULT", 14),
            Map.entry("EBUSY", 16), Map.entry("EEXIST", 17), Map.entry("ENODEV", 19), Map.entry("EINVAL", 22),
            Map.entry("EMFILE", 24), Map.entry("ENOSPC", 28), Map.entry("ERANGE", 34), Map.entry("EPROTO", 71),
            Map.entry("EOPNOTSUPP", 95), Map.entry("ESHUTDOWN", 108), Map.entry("ETIMEDOUT", 110),
            Map.entry("EHOSTDOWN", 112), Map.entry("ESTALE", 116), Map.entry("EREMOTEIO", 121),
            Map.entry("EDQUOT", 122), Map.entry("ECANCELED", 125), Map.entry("ENOTRECOVERABLE", 131));

    @ParameterizedTest
    @EnumSource
    void numbersAreThoseOfLinux(HeapError error) {
        assertThat(LINUX).containsEntry(error.errnoName(), error.errno());
    }

    @ParameterizedTest
    @CsvSource({
        "CPU_ACCESS_DENIED, EPERM", "NO_SUCH_HEAP, ENOENT", "INTERRUPTED, EINTR", "BACKEND_FAILED, EIO",
        "CLOSED, EBADF", "NO_MEMORY, ENOMEM", "NOT_PERMITTED, EACCES", "FAULT, EFAULT", "BUSY, EBUSY",
        "UNREACHABLE, EBUSY",
        "ALREADY_EXISTS, EEXIST", "UNAVAILABLE, ENODEV", "INVALID_ARGUMENT, EINVAL", "TOO_MANY_FILES, EMFILE",
        "NO_REGION, ENOSPC", "OUT_OF_BOUNDS, ERANGE", "PROTOCOL, EPROTO", "NOT_SUPPORTED, EOPNOTSUPP",
        "DRAINING, ESHUTDOWN", "TIMED_OUT, ETIMEDOUT", "FIRMWARE_DEAD, EHOSTDOWN", "REVOKED, ESTALE",
        "FIRMWARE_REFUSED, EREMOTEIO", "QUOTA_EXCEEDED, EDQUOT", "CANCELLED, ECANCELED",
        "QUARANTINED, ENOTRECOVERABLE"})
    void eachErrorHasTheErrnoThatALinuxCallerWouldSee(HeapError error, String errno) {
        assertThat(error.errnoName()).isEqualTo(errno);
    }

    @Test
    void theTableAboveIsComplete() throws NoSuchMethodException {
        var rows = getClass().getDeclaredMethod("eachErrorHasTheErrnoThatALinuxCallerWouldSee", HeapError.class,
                String.class).getAnnotation(CsvSource.class).value();
        assertThat(rows).hasSameSizeAs(HeapError.values());
    }
}
