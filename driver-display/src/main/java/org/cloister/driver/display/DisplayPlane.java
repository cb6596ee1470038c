// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display;

import java.util.List;
import org.cloister.heap.Fence;
import org.cloister.importer.Importer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A part of what a panel shows that changes on its own. The trusted plane lies above the primary one, whatever that
 * shows. Safe for use by any thread; flips of one plane happen in the order of the calls.
 */
@ProviderType
public interface DisplayPlane {
    /** How many flips may wait. */
    int QUEUE_DEPTH = 32;

    /** What a plane is for. */
    @ProviderType
    enum Kind {
        /** Pictures of applications, in normal memory or that of protected video. */
        PRIMARY,
        /**
         * A user interface of the secure world, in memory for trusted user interfaces and no other. The normal world
         * can show and hide it, and can neither see nor change what it says.
         */
        TRUSTED_UI
    }

    /** What it is for. */
    Kind kind();

    /** What it does now. */
    PlaneState state();

    /** The most layers of one flip. */
    int maxLayers();

    /** The plane as a reader of pictures, for negotiation of a heap. */
    Importer importer();

    /**
     * Shows layers, the first one lowest, on the primary plane over black; none clears the plane. Returns at once. The
     * pipe fetches when all fences of writers of all buffers are signalled, as well as those of {@code after}, and after
     * the flips before; until then the panel stays as it is. A fence is added to each buffer as that of a reader. When
     * a fence that it waits for fails, the flip is dropped.
     *
     * <p>Restricted layers are fetched only while the pipe is protected. Otherwise the plane becomes black (the
     * trusted plane: empty) in their place, when it is their turn, and {@link OutputListener}s are told.
     *
     * @param layers what to show; buffers may be closed at once, for the driver keeps them while it needs them
     * @param after what else to wait for, such as the moment when it is due: see {@link FramePacer}
     * @return signalled when the panel shows the layers and the pipe needs their memory no more; failed with
     *     {@code FAULT} when the bus blocked a fetch and that layer is black, {@code NOT_PERMITTED} when the plane is
     *     black because the pipe is not protected, {@code CANCELLED} when the flip was dropped, {@code REVOKED},
     *     {@code CLOSED} when the device is gone
     * @throws org.cloister.heap.HeapException and nothing is queued: {@code NOT_PERMITTED} for memory that is not for
     *     this plane; {@code UNREACHABLE} when the pipe has no right to it; {@code OUT_OF_BOUNDS} when a picture is
     *     larger than its buffer; {@code INVALID_ARGUMENT} for layers that are too many or leave the panel;
     *     {@code BUSY} when too many flips wait; {@code REVOKED}; {@code CLOSED} when the driver is gone
     */
    Fence flip(List<Layer> layers, List<Fence> after);
}
