// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;

class HeapExceptionTest {
    @Test
    void theMessageSaysWhatWhichWhyAndWhatToDo() {
        var e = new HeapException(HeapError.NO_MEMORY, "allocate 3 MiB", "heap h", "1 MiB is free", "free buffers");
        assertThat(e).hasMessage("Cannot allocate 3 MiB: heap h: 1 MiB is free; free buffers [NO_MEMORY, ENOMEM]")
                .hasNoCause();
        assertThat(e.error()).isEqualTo(HeapError.NO_MEMORY);
        assertThat(e.what()).isEqualTo("allocate 3 MiB");
        assertThat(e.which()).isEqualTo("heap h");
        assertThat(e.why()).isEqualTo("1 MiB is free");
        assertThat(e.remedy()).isEqualTo("free buffers");
    }

    @Test
    void percentSignsInThePartsAreText() {
        assertThat(new HeapException(HeapError.FAULT, "%s", "%d", "100%", "%n")).hasMessageContaining("%s: %d: 100%");
    }

    @Test
    void theCauseIsKept() {
        var cause = new IllegalStateException("firmware");
        assertThat(new HeapException(HeapError.FAULT, "a", "b", "c", "d", cause)).hasCause(cause);
    }

    @Test
    void noPartMayBeMissing() {
        assertThatNullPointerException().isThrownBy(() -> new HeapException(null, "a", "b", "c", "d"));
        assertThatNullPointerException().isThrownBy(() -> new HeapException(HeapError.FAULT, null, "b", "c", "d"));
        assertThatNullPointerException().isThrownBy(() -> new HeapException(HeapError.FAULT, "a", null, "c", "d"));
        assertThatNullPointerException().isThrownBy(() -> new HeapException(HeapError.FAULT, "a", "b", null, "d"));
        assertThatNullPointerException().isThrownBy(() -> new HeapException(HeapError.FAULT, "a", "b", "c", null));
    }
}
