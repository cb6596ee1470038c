// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.List;
import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a panel shall show: planes over black, the first one lowest. No plane means a black panel.
 *
 * @param planes the pictures
 * @param needsProtection whether it may be shown only while the pipe is protected
 */
@ProviderType
public record Scene(List<Plane> planes, boolean needsProtection) {
    /** A black panel. */
    public static final Scene BLACK = new Scene(List.of());

    /** Copies the list. */
    public Scene {
        planes = List.copyOf(planes);
    }

    /** A scene that anybody may see. */
    public Scene(List<Plane> planes) {
        this(planes, false);
    }

    /**
     * A picture, and where the panel shows it.
     *
     * @param format its shape
     * @param memory where it is, in order; may be longer than the picture
     * @param destination which part of the panel it covers; scaled if the size differs
     */
    @ProviderType
    public record Plane(PictureFormat format, List<MemoryRange> memory, Area destination) {
        /** Copies the list. */
        public Plane {
            Objects.requireNonNull(format, "format");
            Objects.requireNonNull(destination, "destination");
            memory = List.copyOf(memory);
        }
    }

    /**
     * A part of a panel.
     *
     * @param x pixels from the left edge
     * @param y lines from the top
     * @param width pixels, greater than zero
     * @param height lines, greater than zero
     */
    @ProviderType
    public record Area(int x, int y, int width, int height) {
        /** Checks the components. */
        public Area {
            if (x < 0 || y < 0 || width < 1 || height < 1) {
                throw new IllegalArgumentException("no area: %dx%d at %d,%d".formatted(width, height, x, y));
            }
        }

        /** Tells whether it lies within a panel of that size. */
        public boolean isWithin(int panelWidth, int panelHeight) {
            return (long) x + width <= panelWidth && (long) y + height <= panelHeight;
        }

        /**
         * The largest area with the proportions of a picture, in the middle of a panel.
         *
         * @param width pixels of a line of the picture
         * @param height lines of the picture
         * @param panelWidth pixels of a line of the panel
         * @param panelHeight lines of the panel
         */
        public static Area fit(int width, int height, int panelWidth, int panelHeight) {
            boolean wide = (long) width * panelHeight >= (long) height * panelWidth;
            int w = wide ? panelWidth : (int) Math.max(1, (long) width * panelHeight / height);
            int h = wide ? (int) Math.max(1, (long) height * panelWidth / width) : panelHeight;
            return new Area((panelWidth - w) / 2, (panelHeight - h) / 2, w, h);
        }
    }
}
