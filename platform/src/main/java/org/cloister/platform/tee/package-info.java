// SPDX-License-Identifier: Apache-2.0
/**
 * What drivers of trusted OSes have in common on the side of the normal world: the calls of a session, which end before
 * it does ({@link org.cloister.platform.tee.SessionCalls}), those that use some memory
 * ({@link org.cloister.platform.tee.MemoryUses}), and what a bundle has opened, which is closed with it
 * ({@link org.cloister.platform.tee.Openings}). For implementers of {@link org.cloister.tee.Tee}.
 */
@Export
@Version("1.0.0")
package org.cloister.platform.tee;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
