// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.Objects;
import java.util.Set;
import org.cloister.platform.Initiator;
import org.cloister.platform.dt.AddressRange;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A range of memory whose cells hold ciphertext. It sits behind the firewall: who passes that, and drives a secure
 * engine, reads and writes clear text; everybody else who passes reads the ciphertext, and what he writes is
 * ciphertext of something else. Nothing faults here.
 *
 * @param name what reports call it
 * @param range where it is; whole pages of 4 KiB
 * @param engines who has the key: the secure engines
 * @param cipher how it is encrypted
 */
@ProviderType
public record EncryptedMemory(String name, AddressRange range, Set<Initiator> engines, MemoryCipher cipher) {
    /** Checks the components. */
    public EncryptedMemory {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(cipher, "cipher");
        engines = Set.copyOf(engines);
        if (range.isEmpty() || (range.base() | range.size()) % MemoryCipher.PAGE != 0) {
            throw new IllegalArgumentException("encrypted memory %s: %s is not made of pages".formatted(name, range));
        }
    }
}
