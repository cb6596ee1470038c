// SPDX-License-Identifier: Apache-2.0
/**
 * Secure video recording: a camera and a video encoder that hand pictures on in restricted memory for recordings.
 *
 * <p>Users import {@code [1.0,2)}.
 */
@Export
@Version("1.0.0")
package org.cloister.driver.record;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
