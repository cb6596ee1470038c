// SPDX-License-Identifier: Apache-2.0
/**
 * Media devices as the normal world sees them: descriptors that hold physical addresses go in, events come out.
 *
 * <p>No method takes or gives a buffer, and none reads a picture back: a device reaches memory as its own
 * {@linkplain org.cloister.platform.Initiator initiator}, and what that initiator may reach is for the firewall to
 * say, not for the driver that fills in the descriptor.
 *
 * <p>A driver imports this package with {@code [1.0,2)}; a device model, which implements it, with {@code [1.0,1.1)}.
 */
@Export
@Version("1.0.0")
package org.cloister.platform.device;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
