// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;

/**
 * CPU access to an unrestricted buffer, from {@link DmaBuf#map} until {@link #close}. Safe for use by any thread.
 */
@ProviderType
public interface CpuMapping extends AutoCloseable {
    /** {@return what the mapping is for} */
    Access access();

    /**
     * {@return the buffer's bytes, read-only unless the access includes writing} Becomes inaccessible when the mapping
     * ends: by {@link #close}, by closing the reference it was made through, or by revocation.
     */
    MemorySegment segment();

    /** Ends the mapping. Idempotent. */
    @Override
    void close();
}
