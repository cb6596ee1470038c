// SPDX-License-Identifier: Apache-2.0
/**
 * Range allocators over physical memory and the pool life cycles that backends build on.
 */
@Export
@Version("1.0.0")
package org.cloister.pool;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
