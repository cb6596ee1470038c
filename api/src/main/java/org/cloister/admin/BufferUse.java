// SPDX-License-Identifier: Apache-2.0
package org.cloister.admin;

import org.cloister.heap.Access;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A device that a buffer is attached to.
 *
 * @param owner the symbolic name of the bundle that attached it
 * @param importer the importer's name
 * @param initiator the bus master that touches the memory
 * @param access what was agreed
 * @param mapped whether the device may be at work on it right now
 */
@ProviderType
public record BufferUse(String owner, String importer, String initiator, Access access, boolean mapped) {}
