// SPDX-License-Identifier: Apache-2.0
/**
 * For programs written against {@code TEE_IOC_RSTMEM_ALLOC}, the ioctl of {@code /dev/tee*} that Linux's series on
 * restricted memory had until its fourth version (December 2024), before there were heaps. New programs use
 * {@link org.cloister.heap.Heaps} and {@link org.cloister.tee.Tee}; so does this, in the caller's name.
 *
 * <pre>
 *  struct tee_ioctl_rstmem_alloc_data            here
 *   0  u64  size      in: wanted; out: given      size, RestrictedAllocation.size
 *   8  u32  flags     in: 0; out: RESTRICTED      flags, RestrictedAllocation.flags
 *  12  u32  use_case  in                          useCase
 *  16  s32  id        out: of the shared memory   RestrictedAllocation.memory
 *  20  (padding)
 *  24                 returns a dma-buf's fd      RestrictedAllocation.buffer
 * </pre>
 *
 * <p>The number of the call, 10, is that of {@code TEE_IOC_OBJECT_INVOKE} since Linux 6.18. A trusted OS therefore never
 * tells by a capability that it has this call; ask for the service.
 */
@Export
@Version("1.0.0")
package org.cloister.backend.optee.rstmem;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
