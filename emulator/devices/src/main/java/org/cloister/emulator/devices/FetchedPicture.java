// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices;

import java.lang.foreign.MemorySegment;
import org.cloister.platform.device.PictureFormat;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A picture as a display pipe fetched it.
 *
 * @param scene counts the scenes of the panel, from 1; the panel shows it after the analysers have seen it
 * @param overlay whether it is for the overlay, and not for a scene
 * @param plane the index of the plane
 * @param format its shape
 * @param content its bytes, tightly packed; valid and unchanged until the analyser returns
 */
@ProviderType
public record FetchedPicture(long scene, boolean overlay, int plane, PictureFormat format, MemorySegment content) {}
