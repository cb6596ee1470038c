// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.tee.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import org.junit.jupiter.api.Test;

/** Numbers and offsets as compiling the headers of Linux 7.2 gives them. */
class TeeRequestsTest {
    private static void offsets(StructLayout layout, long size, Object... fieldsAndOffsets) {
        assertThat(layout.byteSize()).as("%s", layout.name()).isEqualTo(size);
        for (int i = 0; i < fieldsAndOffsets.length; i += 2) {
            assertThat(layout.byteOffset(PathElement.groupElement((String) fieldsAndOffsets[i])))
                    .as("%s of %s", fieldsAndOffsets[i], layout.name())
                    .isEqualTo(((Integer) fieldsAndOffsets[i + 1]).longValue());
        }
    }

    @Test
    void numbersFollowFromTheLayouts() {
        assertThat(TeeRequests.VERSION.code()).isEqualTo(0x800C_A400);
        assertThat(TeeRequests.ALLOCATE.code()).isEqualTo(0xC010_A401);
        assertThat(TeeRequests.OPEN_SESSION.code()).isEqualTo(0x8010_A402);
        assertThat(TeeRequests.INVOKE.code()).isEqualTo(0x8010_A403);
        assertThat(TeeRequests.CANCEL.code()).isEqualTo(0x8008_A404);
        assertThat(TeeRequests.CLOSE_SESSION.code()).isEqualTo(0x8004_A405);
        assertThat(TeeRequests.REGISTER_DESCRIPTOR.code()).isEqualTo(0xC018_A408);
    }

    @Test
    void structures() {
        offsets(TeeRequests.VERSION_DATA, 12, "impl_id", 0, "impl_caps", 4, "gen_caps", 8);
        offsets(TeeRequests.ALLOCATION, 16, "size", 0, "flags", 8, "id", 12);
        offsets(TeeRequests.REGISTRATION, 24, "fd", 0, "size", 8, "flags", 16, "id", 20);
        offsets(TeeRequests.BUFFER, 16, "buf_ptr", 0, "buf_len", 8);
        offsets(TeeRequests.PARAMETER, 32, "attr", 0, "a", 8, "b", 16, "c", 24);
        offsets(TeeRequests.OPEN_ARGUMENT, 56, "uuid", 0, "clnt_uuid", 16, "clnt_login", 32, "cancel_id", 36,
                "session", 40, "ret", 44, "ret_origin", 48, "num_params", 52);
        offsets(TeeRequests.INVOKE_ARGUMENT, 24, "func", 0, "session", 4, "cancel_id", 8, "ret", 12, "ret_origin", 16,
                "num_params", 20);
        offsets(TeeRequests.CANCEL_ARGUMENT, 8, "cancel_id", 0, "session", 4);
        offsets(TeeRequests.CLOSE_ARGUMENT, 4, "session", 0);
    }
}
