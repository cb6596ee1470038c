// SPDX-License-Identifier: Apache-2.0
package org.cloister.importer;

import org.cloister.heap.Access;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A physically contiguous piece of a buffer.
 *
 * @param address where the initiator finds the first byte
 * @param length bytes
 * @param access what the initiator may do there
 */
@ProviderType
public record Segment(long address, long length, Access access) {}
