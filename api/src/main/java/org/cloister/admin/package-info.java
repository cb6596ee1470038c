// SPDX-License-Identifier: Apache-2.0
/**
 * What those who run a machine see and do beyond what users of heaps can: all buffers with their owners, quotas, and who
 * serves which heap. For shells, web pages and monitors; an application has no use for it.
 *
 * <p>Whoever has {@link org.cloister.admin.HeapAdmin} can change which backend serves a heap for everybody: give it to
 * trusted bundles only.
 *
 * <p><b>Versions.</b> All types here are implemented by the framework only. Consumers import {@code [1.0,2)}; an
 * alternative core imports {@code [1.0,1.1)}.
 */
@Export
@Version("1.0.0")
package org.cloister.admin;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
