// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.rstmem;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Allocates restricted memory by the number of its use case, and makes it known to OP-TEE at once. A bundle-scoped
 * service, there while OP-TEE and core are: what is allocated belongs to the bundle that obtained the service.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface RestrictedMemory {
    /** The number of the ioctl in the fourth version of the series. */
    int COMMAND = 0xC018A40A;
    /** The use case that is reserved, for memory that is not restricted. */
    int RESERVED = 0;
    /** The flag that comes back: the memory is restricted (the series: {@code TEE_SHM_RESTRICTED}). */
    int RESTRICTED = 1 << 4;

    /**
     * Allocates.
     *
     * @param size bytes, greater than zero; rounded up to whole pages
     * @param flags zero
     * @param useCase 1 to 3 as in Linux, or the id of a vendor's use case
     * @return the memory, to be closed by the caller
     * @throws org.cloister.heap.HeapException and nothing is allocated; its error has the errno:
     *     <ul>
     *       <li>{@code INVALID_ARGUMENT} ({@code EINVAL}): a flag, a size of zero or less or more than there can be, the
     *           reserved use case, one that nobody knows, or memory that OP-TEE does not know
     *       <li>{@code UNAVAILABLE} ({@code ENODEV}): nobody serves memory of the use case now; the reason says why
     *       <li>{@code NO_MEMORY} ({@code ENOMEM}), {@code NO_REGION} ({@code ENOSPC}), {@code QUOTA_EXCEEDED}
     *           ({@code EDQUOT}), {@code DRAINING} ({@code ESHUTDOWN}), {@code FIRMWARE_REFUSED}
     *           ({@code EREMOTEIO}), {@code FIRMWARE_DEAD} ({@code EHOSTDOWN}), and whatever else
     *           {@link org.cloister.heap.Heap#allocate(long)} and
     *           {@link org.cloister.tee.Tee#register} throw
     *     </ul>
     */
    RestrictedAllocation allocate(long size, int flags, int useCase);
}
