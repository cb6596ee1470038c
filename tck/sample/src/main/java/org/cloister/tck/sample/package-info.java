// SPDX-License-Identifier: Apache-2.0
/**
 * What is wrong with wrong backends, by name, and which check is to catch it.
 */
@Export
@Version("1.0.0")
package org.cloister.tck.sample;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
