// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.heap.Access;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Constraints.Restriction;
import org.cloister.importer.Importer;
import org.cloister.importer.Invalidation;
import org.cloister.platform.device.DisplayPipe;
import org.cloister.platform.device.DmaLimits;

/**
 * A pipe as a reader of pictures. A protected pipe takes restricted and other memory, one that is not takes normal
 * memory only. Safe for use by any thread.
 */
final class PipeImporter implements Importer {
    private final DisplayPipe pipe;
    private final Constraints constraints;
    private final Map<Attachment, Runnable> users = new ConcurrentHashMap<>();

    PipeImporter(DisplayPipe pipe, DmaLimits limits) {
        this.pipe = pipe;
        this.constraints = Constraints.builder()
                .access(Access.READ)
                .restriction(pipe.isProtected() ? Restriction.ALLOWED : Restriction.REFUSED)
                .useCases(Set.of(UseCase.SECURE_VIDEO, UseCase.TRUSTED_UI))
                .addressBits(limits.addressBits())
                .alignment(limits.alignment())
                .maxSegments(limits.maxRanges())
                .maxSegmentSize(limits.maxRangeLength())
                .build();
    }

    /** From now on {@code settle} is run before mappings of the attachment end. */
    void use(Attachment attachment, Runnable settle) {
        users.put(attachment, settle);
    }

    /** Closes an attachment that is not used any longer. */
    void detach(Attachment attachment) {
        users.remove(attachment);
        attachment.close();
    }

    @Override
    public String name() {
        return pipe.name() + " scan-out";
    }

    @Override
    public String initiator() {
        return pipe.initiator().name();
    }

    @Override
    public Constraints constraints() {
        return constraints;
    }

    @Override
    public void invalidated(Attachment attachment, Invalidation reason) {
        Runnable settle = users.get(attachment);
        if (settle != null) {
            settle.run();
        }
    }
}
