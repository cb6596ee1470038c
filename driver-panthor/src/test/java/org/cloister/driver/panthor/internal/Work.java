// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.driver.panthor.Composition;
import org.cloister.driver.panthor.GroupSettings;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene.Area;

/** Work for groups in tests, and what becomes of it. */
final class Work {
    static final int WIDTH = 62;
    static final int HEIGHT = 34;
    static final int BYTES = WIDTH * HEIGHT * 4;
    static final byte[] PICTURE = Pictures.noise(WIDTH, HEIGHT, 7);
    static final byte[] COMPOSED = Pictures.xrgb(PICTURE, WIDTH, HEIGHT, ColourCoding.BT709_LIMITED);
    static final PictureFormat FORMAT =
            new PictureFormat(PixelFormat.NV12, WIDTH, HEIGHT, ColourCoding.BT709_LIMITED);
    static final GroupSettings OPEN = new GroupSettings(false, 0);
    static final GroupSettings CLOSED = new GroupSettings(true, 5);

    private Work() {}

    /** One layer that fills the picture. */
    static Composition whole(DmaBuf source, DmaBuf target) {
        return new Composition(target, WIDTH, HEIGHT, 0, List.of(
                new Composition.Layer(source, FORMAT, new Area(0, 0, WIDTH, HEIGHT), 255)));
    }

    static void succeed(Fence fence) {
        assertThat(fence.await(GpuBoard.DEADLINE.toNanos())).as("%s", fence).isPositive();
        assertThat(fence.failure()).isEmpty();
    }

    static HeapException fail(Fence fence, HeapError error) {
        assertThat(fence.await(GpuBoard.DEADLINE.toNanos())).as("%s", fence).isPositive();
        assertThat(fence.failure()).map(HeapException::error).contains(error);
        return fence.failure().orElseThrow();
    }

    static void refused(HeapError error, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(HeapException.class,
                e -> assertThat(e.error()).as("%s", e.getMessage()).isEqualTo(error));
    }
}
