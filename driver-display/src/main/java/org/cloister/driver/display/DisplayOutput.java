// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display;

import java.util.List;
import org.cloister.heap.Fence;
import org.cloister.importer.Importer;
import org.osgi.annotation.versioning.ProviderType;

/** A panel at the end of a pipe. Safe for use by any thread; flips happen in the order of the calls. */
@ProviderType
public interface DisplayOutput {
    /** How many flips may wait. */
    int QUEUE_DEPTH = 32;

    /** The name of the pipe. */
    String name();

    /** Pixels of a line. */
    int width();

    /** Lines. */
    int height();

    /** The most layers of one flip. */
    int maxLayers();

    /** Whether restricted pictures may be shown here: whether nobody but the panel sees what the pipe carries. */
    boolean isProtected();

    /** The pipe as a reader of pictures, for negotiation of a heap. */
    Importer importer();

    /**
     * Shows layers over black, the first one lowest; none makes the panel black. Returns at once. The pipe fetches
     * when all fences of writers of all buffers are signalled, and after the flips before; a fence is added to each
     * buffer as that of a reader. When a writer failed, the flip is dropped and the panel stays as it is.
     *
     * @param layers what to show; buffers may be closed at once, for the driver keeps them while it needs them
     * @return signalled when the panel shows the layers and the pipe needs their memory no more; failed with
     *     {@code FAULT} when the bus blocked a fetch and that layer is black, {@code CANCELLED} when the flip was
     *     dropped, {@code REVOKED}, {@code CLOSED} when the device is gone
     * @throws org.cloister.heap.HeapException and nothing is queued: {@code NOT_PERMITTED} for restricted memory on a
     *     pipe that is not protected, or of a use case that is not for display; {@code UNREACHABLE} when the pipe has
     *     no right to it; {@code OUT_OF_BOUNDS} when a picture is larger than its buffer; {@code INVALID_ARGUMENT} for
     *     layers that are too many or leave the panel; {@code BUSY} when too many flips wait; {@code REVOKED};
     *     {@code CLOSED} when the driver is gone
     */
    Fence flip(List<Layer> layers);
}
