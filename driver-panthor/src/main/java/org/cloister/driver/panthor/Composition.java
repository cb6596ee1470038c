// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor;

import java.util.List;
import java.util.Objects;
import org.cloister.heap.DmaBuf;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene.Area;
import org.cloister.platform.mali.ComposeJob;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A picture that is to be composed of others: layers over a background, the first one lowest. What each pixel becomes is
 * defined by {@link ComposeJob}.
 *
 * @param target will have the picture at its beginning, as {@link PixelFormat#XRGB8888}; any open reference
 * @param width pixels of a line of the picture
 * @param height lines of the picture
 * @param background {@code 0xRRGGBB}
 * @param layers what is drawn, at most {@link ComposeJob#MAX_LAYERS}, all within the picture
 */
@ProviderType
public record Composition(DmaBuf target, int width, int height, int background, List<Layer> layers) {
    /**
     * A picture that is drawn.
     *
     * @param source has it at its beginning; any open reference
     * @param format its shape
     * @param area where it is drawn; scaled if the size differs
     * @param opacity 0 (not to be seen) to 255 (opaque)
     */
    @ProviderType
    public record Layer(DmaBuf source, PictureFormat format, Area area, int opacity) {
        /** Checks that nothing is missing. */
        public Layer {
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(format, "format");
            Objects.requireNonNull(area, "area");
        }
    }

    /** Copies the list. */
    public Composition {
        Objects.requireNonNull(target, "target");
        layers = List.copyOf(layers);
    }

    /** The shape of the picture. */
    public PictureFormat format() {
        return new PictureFormat(PixelFormat.XRGB8888, width, height, ColourCoding.BT601_LIMITED);
    }
}
