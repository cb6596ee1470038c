// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display;

import java.util.List;
import org.cloister.heap.Fence;
import org.cloister.importer.Importer;
import org.osgi.annotation.versioning.ProviderType;

/** A panel at the end of a pipe, with its planes. Safe for use by any thread. */
@ProviderType
public interface DisplayOutput {
    /** How many flips of a plane may wait. */
    int QUEUE_DEPTH = DisplayPlane.QUEUE_DEPTH;

    /** The name of the pipe. */
    String name();

    /** Pixels of a line. */
    int width();

    /** Lines. */
    int height();

    /**
     * Whether restricted pictures may be shown here: whether nobody but the panel sees what the pipe carries, now.
     * {@link OutputListener}s hear of changes.
     */
    boolean isProtected();

    /** One of its planes: the same object every time. */
    DisplayPlane plane(DisplayPlane.Kind kind);

    /** The most layers of one flip of the primary plane. */
    default int maxLayers() {
        return plane(DisplayPlane.Kind.PRIMARY).maxLayers();
    }

    /** The primary plane as a reader of pictures, for negotiation of a heap. */
    default Importer importer() {
        return plane(DisplayPlane.Kind.PRIMARY).importer();
    }

    /**
     * {@linkplain DisplayPlane#flip Flips} the primary plane as soon as the writers of the layers are done.
     *
     * @param layers what to show
     * @return signalled when the panel shows the layers and the pipe needs their memory no more
     * @throws org.cloister.heap.HeapException as {@link DisplayPlane#flip}
     */
    default Fence flip(List<Layer> layers) {
        return plane(DisplayPlane.Kind.PRIMARY).flip(layers, List.of());
    }
}
