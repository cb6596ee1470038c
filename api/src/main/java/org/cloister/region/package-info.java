// SPDX-License-Identifier: Apache-2.0
/**
 * Memory for one device alone: this device, this region, these rights. It is what is left of every vendor's interface
 * when use cases, pools and names are taken away, and is for drivers that bring their memory along.
 *
 * <pre>{@code
 * var request = new RegionRequest("gpu", address, 1 << 20, Access.READ_WRITE);
 * try (ProtectedRegion region = protection.protect(request)) {
 *     // nobody but the device gpu, and the secure world, reaches the memory
 * } // it is the normal world's again, all zeros
 * }</pre>
 *
 * <p>Each region takes one of the few ranges that the hardware can protect, which heaps need too. Who wants buffers, and
 * not one lasting region, allocates from a heap.
 *
 * <p><b>Versions.</b> Implemented by backends, so that these are consumer types: both sides import {@code [1.0,2)}.
 */
@Export
@Version("1.0.0")
package org.cloister.region;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
