// SPDX-License-Identifier: Apache-2.0
/**
 * The least of a machine that has restricted memory, for backends that try things out without hardware and without the
 * emulated boards. It is there as long as its bundle is, whichever backends come and go.
 */
@Export
@Version("1.0.0")
package org.cloister.tck.machine;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
