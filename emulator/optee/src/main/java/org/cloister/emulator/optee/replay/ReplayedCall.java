// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import java.util.Objects;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A call that was replayed.
 *
 * @param name what the recording calls it, if it has names
 * @param line the line of the recording, from 1
 * @param call the registers before the call, in hexadecimal
 * @param answer what the emulated firmware answered: registers, and what else the recording has
 * @param expected what the recording says that it answers; empty when it says nothing
 * @param same whether the answer is the expected one; true when nothing is expected
 */
@ProviderType
public record ReplayedCall(
        Optional<String> name, int line, String call, String answer, Optional<String> expected, boolean same) {
    /** Checks that nothing is missing. */
    public ReplayedCall {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(call, "call");
        Objects.requireNonNull(answer, "answer");
        Objects.requireNonNull(expected, "expected");
    }
}
