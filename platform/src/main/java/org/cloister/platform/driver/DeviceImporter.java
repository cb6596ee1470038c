// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.driver;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Invalidation;
import org.cloister.platform.Initiator;
import org.cloister.platform.device.DmaLimits;
import org.osgi.annotation.versioning.ProviderType;

/** A device as a user of buffers for one purpose. Safe for use by any thread. */
@ProviderType
public final class DeviceImporter implements Importer {
    private final String name;
    private final String initiator;
    private final Constraints constraints;
    private final Map<Attachment, Runnable> users = new ConcurrentHashMap<>();

    /**
     * Makes an importer.
     *
     * @param device as whom it reaches memory
     * @param purpose what the buffers are, such as {@code "pictures"}
     * @param limits what its address generator can do
     * @param wants the other constraints; changed by this
     */
    public DeviceImporter(Initiator device, String purpose, DmaLimits limits, Constraints.Builder wants) {
        this.name = device.name() + " " + purpose;
        this.initiator = device.name();
        this.constraints = wants
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
        Runnable settle = users.get(attachment);
        if (settle != null) {
            settle.run();
        }
    }
}
