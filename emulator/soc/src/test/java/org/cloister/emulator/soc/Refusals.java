// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;

/** What tests of refusals share. */
public final class Refusals {
    private Refusals() {
    }

    /** Asserts that an operation is refused with that error and a message in which these words are. */
    public static void assertRefused(HeapError error, ThrowingCallable operation, String... words) {
        assertThatExceptionOfType(HeapException.class).isThrownBy(operation)
                .satisfies(refusal -> {
                    assertThat(refusal.error()).isEqualTo(error);
                    assertThat(words).allSatisfy(word -> assertThat(refusal.getMessage()).contains(word));
                });
    }

    /** Asserts that an access faults at that address with a message in which these words are. */
    public static void assertFault(long address, ThrowingCallable access, String... words) {
        assertThatExceptionOfType(BusFault.class).isThrownBy(access)
                .satisfies(fault -> {
                    assertThat(fault.address()).isEqualTo(address);
                    assertThat(words).allSatisfy(word -> assertThat(fault.getMessage()).contains(word));
                });
    }
}
