// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Asserts documented refusals. */
public final class Refusals {
    private Refusals() {}

    /**
     * Runs a call that must be refused.
     *
     * @param error with what
     * @param call the call
     * @return the refusal, which says all four things
     */
    public static HeapException refused(HeapError error, ThrowingCallable call) {
        var thrown = new HeapException[1];
        assertThatExceptionOfType(HeapException.class).isThrownBy(call).satisfies(e -> {
            assertThat(e.error()).as(e.getMessage()).isEqualTo(error);
            assertThat(e.what()).isNotBlank();
            assertThat(e.which()).isNotBlank();
            assertThat(e.why()).isNotBlank();
            assertThat(e.remedy()).isNotBlank();
            thrown[0] = e;
        });
        return thrown[0];
    }
}
