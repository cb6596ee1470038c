// SPDX-License-Identifier: Apache-2.0
package org.cloister.admin;

import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An open reference to a buffer.
 *
 * @param owner the symbolic name of the bundle that holds it
 * @param age how long it has been open, to a tenth of a second
 */
@ProviderType
public record BufferHold(String owner, Duration age) {}
