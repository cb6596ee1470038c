// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import org.cloister.driver.panthor.Composition;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.mali.ComposeJob;

/**
 * What a composition must be for the GPU to do it; who may use which memory is core's to say. Stateless.
 *
 * @param group whose composition it is, for errors
 */
record CompositionRules(String group) {
    /** For errors: what is refused. */
    static final String COMPOSE = "compose";

    /** Refuses what is none. */
    void check(Composition composition) {
        if (composition.layers().size() > ComposeJob.MAX_LAYERS) {
            throw refused(HeapError.INVALID_ARGUMENT, "there are %d layers, and %d at most".formatted(
                    composition.layers().size(), ComposeJob.MAX_LAYERS), "compose in several steps");
        }
        for (Composition.Layer layer : composition.layers()) {
            if (!layer.area().isWithin(composition.width(), composition.height()) || layer.opacity() < 0
                    || layer.opacity() > 255) {
                throw refused(HeapError.INVALID_ARGUMENT, "%s with opacity %d is not in a picture of %s".formatted(
                        layer.area(), layer.opacity(), composition.format()), "correct the layers");
            }
            requireRoom(layer.format().size(), layer.source().size());
        }
        requireRoom(composition.format().size(), composition.target().size());
    }

    private void requireRoom(long picture, long buffer) {
        if (picture > buffer) {
            throw refused(HeapError.OUT_OF_BOUNDS, "a picture of %d bytes is not in a buffer of %d".formatted(
                    picture, buffer), "correct the formats");
        }
    }

    /** Why a composition is not done. */
    HeapException refused(HeapError error, String why, String remedy) {
        return new HeapException(error, COMPOSE, group, why, remedy);
    }
}
