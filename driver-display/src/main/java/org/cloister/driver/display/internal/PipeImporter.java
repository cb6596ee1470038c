// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.driver.display.DisplayPlane;
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
 * A pipe as a reader of pictures for a plane. The primary plane takes memory of protected video while the pipe is
 * protected, and normal memory always; the trusted plane takes memory for trusted user interfaces and no other. Safe for
 * use by any thread.
 */
final class PipeImporter implements Importer {
    private final DisplayPipe pipe;
    private final DisplayPlane.Kind plane;
    private final DmaLimits limits;
    private final Map<Attachment, Runnable> users = new ConcurrentHashMap<>();

    PipeImporter(DisplayPipe pipe, DisplayPlane.Kind plane, DmaLimits limits) {
        this.pipe = pipe;
        this.plane = plane;
        this.limits = limits;
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
        return switch (plane) {
            case PRIMARY -> pipe.name() + " scan-out";
            case TRUSTED_UI -> pipe.name() + " trusted overlay";
        };
    }

    @Override
    public String initiator() {
        return pipe.initiator().name();
    }

    @Override
    public Constraints constraints() {
        return Constraints.builder()
                .access(Access.READ)
                .restriction(restriction())
                .useCases(Set.of(plane == DisplayPlane.Kind.PRIMARY ? UseCase.SECURE_VIDEO : UseCase.TRUSTED_UI))
                .addressBits(limits.addressBits())
                .alignment(limits.alignment())
                .maxSegments(limits.maxRanges())
                .maxSegmentSize(limits.maxRangeLength())
                .build();
    }

    private Restriction restriction() {
        return switch (plane) {
            case PRIMARY -> pipe.isProtected() ? Restriction.ALLOWED : Restriction.REFUSED;
            case TRUSTED_UI -> Restriction.REQUIRED;
        };
    }

    @Override
    public void invalidated(Attachment attachment, Invalidation reason) {
        Runnable settle = users.get(attachment);
        if (settle != null) {
            settle.run();
        }
    }
}
