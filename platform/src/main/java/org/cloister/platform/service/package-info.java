// SPDX-License-Identifier: Apache-2.0
/**
 * Services with an object for each bundle that uses them. The only package here that knows the framework.
 *
 * <p>Users import {@code [1.0,2)}.
 */
@Export
@Version("1.0.0")
package org.cloister.platform.service;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
