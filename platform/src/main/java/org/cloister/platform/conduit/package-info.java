// SPDX-License-Identifier: Apache-2.0
/**
 * The secure monitor call as the normal world makes it: registers in, registers out, and the numbers that FF-A and
 * OP-TEE give to calls, services and answers.
 *
 * <p>A driver finds {@link org.cloister.platform.conduit.SmcConduit} as a service, and knows nothing of what answers: a
 * firmware model in this process, or real firmware in a virtual machine.
 */
@Export
@Version("1.0.0")
package org.cloister.platform.conduit;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
