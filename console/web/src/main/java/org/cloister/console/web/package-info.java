// SPDX-License-Identifier: Apache-2.0
/**
 * The web page, for those who have to know where it is. Consumers import {@code [1.0,2)}.
 */
@Export
@Version("1.0.0")
package org.cloister.console.web;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
