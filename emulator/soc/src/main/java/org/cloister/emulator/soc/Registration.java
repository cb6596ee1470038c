// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import org.osgi.annotation.versioning.ProviderType;

/** Something that was added to a board and can be taken back. */
@ProviderType
public interface Registration extends AutoCloseable {
    /** Takes it back; prompt and idempotent. */
    @Override
    void close();
}
