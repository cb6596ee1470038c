// SPDX-License-Identifier: Apache-2.0
package org.cloister.admin;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A physically contiguous piece of a buffer.
 *
 * @param address the physical address of its first byte
 * @param length bytes
 */
@ProviderType
public record MemoryExtent(long address, long length) {}
