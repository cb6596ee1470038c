// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.cloister.platform.mali.ComposeJob;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A job as the shader cores saw it.
 *
 * @param job what was to be done
 * @param protectedMode whether it was done in protected mode
 * @param sources the pictures of the layers, in their order; valid and unchanged until the analyser returns
 */
@ProviderType
public record RenderedJob(ComposeJob job, boolean protectedMode, List<MemorySegment> sources) {
    /** Copies the list. */
    public RenderedJob {
        sources = List.copyOf(sources);
    }
}
