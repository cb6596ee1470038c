// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display;

import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/** Something that happened to an output and that no fence tells. New kinds come with a major version only. */
@ProviderType
public sealed interface OutputEvent {
    /** The name of the output. */
    String output();

    /**
     * A plane is black, because what it ought to show must not or could not be shown.
     *
     * @param output the name of the output
     * @param plane which plane
     * @param reason {@code NOT_PERMITTED} when the pipe is not protected, {@code FAULT} when the bus blocked a fetch
     */
    record Blackened(String output, DisplayPlane.Kind plane, HeapException reason) implements OutputEvent {}

    /**
     * The pipe is protected no longer, or again. All planes are black when it is not; what is restricted must be shown
     * anew when it is again.
     *
     * @param output the name of the output
     * @param isProtected what it is now
     */
    record ProtectionChanged(String output, boolean isProtected) implements OutputEvent {}
}
