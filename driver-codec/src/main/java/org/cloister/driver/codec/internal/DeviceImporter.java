// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.cloister.driver.codec.Protection;
import org.cloister.heap.Access;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Constraints.Restriction;
import org.cloister.importer.Importer;
import org.cloister.importer.Invalidation;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.VideoDecoder;

/**
 * The decoder as a reader of bitstream, or as a writer of pictures. Passes invalidations on to whoever uses the
 * attachment. Safe for use by any thread.
 */
final class DeviceImporter implements Importer {
    private final String name;
    private final String initiator;
    private final Constraints constraints;
    private final Map<Attachment, Consumer<Invalidation>> users = new ConcurrentHashMap<>();

    private DeviceImporter(String name, VideoDecoder device, Access access, Restriction restriction) {
        DmaLimits limits = device.limits();
        this.name = device.initiator().name() + " " + name;
        this.initiator = device.initiator().name();
        this.constraints = Constraints.builder()
                .access(access)
                .restriction(restriction)
                .useCases(Set.of(UseCase.SECURE_VIDEO))
                .addressBits(limits.addressBits())
                .alignment(limits.alignment())
                .maxSegments(limits.maxRanges())
                .maxSegmentSize(limits.maxRangeLength())
                .build();
    }

    static DeviceImporter ofBitstream(VideoDecoder device, Protection protection) {
        return switch (protection) {
            case PROTECTED -> new DeviceImporter("protected bitstream", device, Access.READ, Restriction.REQUIRED);
            case CLEAR -> new DeviceImporter("bitstream", device, Access.READ, Restriction.REFUSED);
        };
    }

    static DeviceImporter ofPictures(VideoDecoder device, Protection protection) {
        return switch (protection) {
            case PROTECTED -> new DeviceImporter("protected pictures", device, Access.WRITE, Restriction.REQUIRED);
            case CLEAR -> new DeviceImporter("pictures", device, Access.WRITE, Restriction.ALLOWED);
        };
    }

    /** From now on {@code user} is told about invalidations of the attachment. */
    void use(Attachment attachment, Consumer<Invalidation> user) {
        users.put(attachment, user);
    }

    /** Closes an attachment that is not used any longer. */
    void detach(Attachment attachment) {
        users.remove(attachment);
        attachment.close();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String initiator() {
        return initiator;
    }

    @Override
    public Constraints constraints() {
        return constraints;
    }

    @Override
    public void invalidated(Attachment attachment, Invalidation reason) {
        Consumer<Invalidation> user = users.get(attachment);
        if (user != null) {
            user.accept(reason);
        }
    }
}
