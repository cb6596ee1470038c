// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display;

import java.util.Objects;
import org.cloister.heap.DmaBuf;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.Scene.Area;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A picture, and where it is shown.
 *
 * @param buffer has the picture at its beginning; any open reference
 * @param format the shape of the picture
 * @param destination which part of the panel it covers; scaled if the size differs
 */
@ProviderType
public record Layer(DmaBuf buffer, PictureFormat format, Area destination) {
    /** Checks that nothing is missing. */
    public Layer {
        Objects.requireNonNull(buffer, "buffer");
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(destination, "destination");
    }
}
