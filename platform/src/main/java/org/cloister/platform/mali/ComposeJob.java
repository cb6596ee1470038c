// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.mali;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene.Area;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A job of the shader cores: draws layers over a background, the first one lowest, into a picture of
 * {@link PixelFormat#XRGB8888}. A copy is one layer of the same format and size, a conversion one of another format;
 * a layer whose area has another size is scaled by taking the nearest sample, and one that is not opaque is blended. It
 * stands for the programs that a driver would have compiled.
 *
 * <pre>
 *  0 u32 program, 1   4 u32 layers   8 u64 target   16 u32 width   20 u32 height   24 u32 background   28 u32 zero
 *  then for each layer
 *  0 u64 address   8 u32 pixel format   12 u32 matrix, bit 8 full range   16 u32 width   20 u32 height
 *  24 u32 x   28 u32 y   32 u32 width   36 u32 height of the area   40 u32 opacity, 0 to 255   44 u32 zero
 * </pre>
 *
 * @param target the virtual address of the picture
 * @param width pixels of a line
 * @param height lines
 * @param background {@code 0xRRGGBB}
 * @param layers what is drawn, at most {@value #MAX_LAYERS}
 */
@ProviderType
public record ComposeJob(long target, int width, int height, int background, List<Layer> layers) {
    /** The most layers. */
    public static final int MAX_LAYERS = 8;

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int PROGRAM = 1;
    private static final int HEAD = 32;
    private static final int LAYER = 48;
    private static final int FULL_RANGE = 1 << 8;

    /** Bytes of the largest job. */
    public static final int MAX_BYTES = HEAD + MAX_LAYERS * LAYER;

    /**
     * A picture, and where it is drawn.
     *
     * @param address the virtual address of the picture
     * @param format its shape
     * @param area where it is drawn
     * @param opacity 0 (not to be seen) to 255 (opaque)
     */
    @ProviderType
    public record Layer(long address, PictureFormat format, Area area, int opacity) {
        /** Checks the components. */
        public Layer {
            Objects.requireNonNull(format, "format");
            Objects.requireNonNull(area, "area");
            if (opacity < 0 || opacity > 255) {
                throw new IllegalArgumentException("opacity " + opacity + " is not in 0 to 255");
            }
        }
    }

    /** Checks and copies the components. */
    public ComposeJob {
        layers = List.copyOf(layers);
        if (layers.size() > MAX_LAYERS) {
            throw new IllegalArgumentException("%d layers, and at most %d are possible".formatted(
                    layers.size(), MAX_LAYERS));
        }
        PictureFormat picture = new PictureFormat(PixelFormat.XRGB8888, width, height, ColourCoding.BT601_LIMITED);
        for (Layer layer : layers) {
            if (!layer.area().isWithin(picture.width(), picture.height())) {
                throw new IllegalArgumentException("%s leaves a picture of %s".formatted(layer.area(), picture));
            }
        }
    }

    /** The job as the shader cores read it. */
    public byte[] encode() {
        byte[] bytes = new byte[HEAD + layers.size() * LAYER];
        MemorySegment job = MemorySegment.ofArray(bytes);
        job.set(U32, 0, PROGRAM);
        job.set(U32, 4, layers.size());
        job.set(U64, 8, target);
        job.set(U32, 16, width);
        job.set(U32, 20, height);
        job.set(U32, 24, background);
        for (int i = 0; i < layers.size(); i++) {
            encode(layers.get(i), job.asSlice(HEAD + i * LAYER, LAYER));
        }
        return bytes;
    }

    private static void encode(Layer layer, MemorySegment into) {
        ColourCoding colour = layer.format().colour();
        into.set(U64, 0, layer.address());
        into.set(U32, 8, layer.format().pixels().ordinal());
        into.set(U32, 12, colour.matrix().ordinal() | (colour.fullRange() ? FULL_RANGE : 0));
        into.set(U32, 16, layer.format().width());
        into.set(U32, 20, layer.format().height());
        into.set(U32, 24, layer.area().x());
        into.set(U32, 28, layer.area().y());
        into.set(U32, 32, layer.area().width());
        into.set(U32, 36, layer.area().height());
        into.set(U32, 40, layer.opacity());
    }

    /**
     * Reads a job.
     *
     * @param job at least {@value #MAX_BYTES} bytes, or the job alone
     * @throws IllegalArgumentException when it is none
     */
    public static ComposeJob decode(MemorySegment job) {
        int count = job.get(U32, 4);
        if (job.get(U32, 0) != PROGRAM || count < 0 || count > MAX_LAYERS || job.get(U32, 28) != 0
                || HEAD + (long) count * LAYER > job.byteSize()) {
            throw new IllegalArgumentException("no program of the shader cores");
        }
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            layers.add(layer(job.asSlice(HEAD + i * LAYER, LAYER)));
        }
        return new ComposeJob(job.get(U64, 8), job.get(U32, 16), job.get(U32, 20), job.get(U32, 24), layers);
    }

    private static Layer layer(MemorySegment from) {
        int pixels = from.get(U32, 8);
        int colour = from.get(U32, 12);
        int matrix = colour & ~FULL_RANGE;
        if (pixels < 0 || pixels >= PixelFormat.values().length || matrix < 0
                || matrix >= ColourCoding.Matrix.values().length || from.get(U32, 44) != 0) {
            throw new IllegalArgumentException("a layer of no known format");
        }
        PictureFormat format = new PictureFormat(PixelFormat.values()[pixels], from.get(U32, 16), from.get(U32, 20),
                new ColourCoding(ColourCoding.Matrix.values()[matrix], (colour & FULL_RANGE) != 0));
        Area area = new Area(from.get(U32, 24), from.get(U32, 28), from.get(U32, 32), from.get(U32, 36));
        return new Layer(from.get(U64, 0), format, area, from.get(U32, 40));
    }
}
