// SPDX-License-Identifier: Apache-2.0
/**
 * Real file descriptors of buffers, for what is outside of this process or of Java: V4L2, DRM, a compositor, GStreamer.
 *
 * <p>{@link org.cloister.descriptor.Descriptors} is there where memory is a real kernel's, and only there.
 *
 * <pre>{@code
 * try (Descriptor copy = descriptors.duplicate(buffer);
 *         DescriptorSocket compositor = descriptors.connect(Path.of("/run/compositor.sock"))) {
 *     compositor.send(message, copy);
 * }
 * }</pre>
 *
 * <p><b>Versions.</b> Implemented by a backend, so that these are consumer types: both sides import {@code [1.0,2)}.
 */
@Export
@Version("1.0.0")
package org.cloister.descriptor;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
