// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.tee.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import org.cloister.backend.linux.kernel.internal.Ioctl;

/** What {@code /dev/teeN} understands, and the structures that are passed (Linux: {@code linux/tee.h}). */
final class TeeRequests {
    static final StructLayout VERSION_DATA = MemoryLayout.structLayout(
            JAVA_INT.withName("impl_id"), JAVA_INT.withName("impl_caps"), JAVA_INT.withName("gen_caps"))
            .withName("tee_ioctl_version_data");
    static final StructLayout ALLOCATION = MemoryLayout.structLayout(
            JAVA_LONG.withName("size"), JAVA_INT.withName("flags"), JAVA_INT.withName("id"))
            .withName("tee_ioctl_shm_alloc_data");
    static final StructLayout REGISTRATION = MemoryLayout.structLayout(
            JAVA_LONG.withName("fd"), JAVA_LONG.withName("size"), JAVA_INT.withName("flags"), JAVA_INT.withName("id"))
            .withName("tee_ioctl_shm_register_fd_data");
    /** Points to one of the arguments below, which are longer by their parameters. */
    static final StructLayout BUFFER = MemoryLayout.structLayout(
            JAVA_LONG.withName("buf_ptr"), JAVA_LONG.withName("buf_len")).withName("tee_ioctl_buf_data");
    static final StructLayout PARAMETER = MemoryLayout.structLayout(JAVA_LONG.withName("attr"),
            JAVA_LONG.withName("a"), JAVA_LONG.withName("b"), JAVA_LONG.withName("c")).withName("tee_ioctl_param");
    static final StructLayout OPEN_ARGUMENT = MemoryLayout.structLayout(
            MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("uuid"),
            MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("clnt_uuid"),
            JAVA_INT.withName("clnt_login"), JAVA_INT.withName("cancel_id"), JAVA_INT.withName("session"),
            JAVA_INT.withName("ret"), JAVA_INT.withName("ret_origin"), JAVA_INT.withName("num_params"))
            .withName("tee_ioctl_open_session_arg");
    static final StructLayout INVOKE_ARGUMENT = MemoryLayout.structLayout(
            JAVA_INT.withName("func"), JAVA_INT.withName("session"), JAVA_INT.withName("cancel_id"),
            JAVA_INT.withName("ret"), JAVA_INT.withName("ret_origin"), JAVA_INT.withName("num_params"))
            .withName("tee_ioctl_invoke_arg");
    static final StructLayout CANCEL_ARGUMENT = MemoryLayout.structLayout(
            JAVA_INT.withName("cancel_id"), JAVA_INT.withName("session")).withName("tee_ioctl_cancel_arg");
    static final StructLayout CLOSE_ARGUMENT = MemoryLayout.structLayout(
            JAVA_INT.withName("session")).withName("tee_ioctl_close_session_arg");

    private static final int MAGIC = 0xA4;

    static final Ioctl VERSION = Ioctl.out("TEE_IOC_VERSION", MAGIC, 0, VERSION_DATA);
    static final Ioctl ALLOCATE = Ioctl.inOut("TEE_IOC_SHM_ALLOC", MAGIC, 1, ALLOCATION);
    static final Ioctl OPEN_SESSION = Ioctl.out("TEE_IOC_OPEN_SESSION", MAGIC, 2, BUFFER);
    static final Ioctl INVOKE = Ioctl.out("TEE_IOC_INVOKE", MAGIC, 3, BUFFER);
    static final Ioctl CANCEL = Ioctl.out("TEE_IOC_CANCEL", MAGIC, 4, CANCEL_ARGUMENT);
    static final Ioctl CLOSE_SESSION = Ioctl.out("TEE_IOC_CLOSE_SESSION", MAGIC, 5, CLOSE_ARGUMENT);
    static final Ioctl REGISTER_DESCRIPTOR = Ioctl.inOut("TEE_IOC_SHM_REGISTER_FD", MAGIC, 8, REGISTRATION);

    /** Types of parameters: what they are, and the direction from 1 on: in, out, both. */
    static final long VALUE = 0;
    static final long MEMORY = 4;
    /** The id of memory that is none. */
    static final long NO_MEMORY = -1;

    private TeeRequests() {}
}
