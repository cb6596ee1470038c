// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.driver;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
    private final Supplier<Constraints> constraints;
    private final Map<Attachment, Consumer<Invalidation>> users = new ConcurrentHashMap<>();

    /**
     * Makes an importer.
     *
     * @param device as whom it reaches memory
     * @param purpose what the buffers are, such as {@code "pictures"}
     * @param limits what its address generator can do
     * @param wants the other constraints; changed by this
     */
    public DeviceImporter(Initiator device, String purpose, DmaLimits limits, Constraints.Builder wants) {
        this(device.name() + " " + purpose, device.name(), always(limits, wants));
    }

    /**
     * Makes an importer whose constraints change with the state of the device.
     *
     * @param name for reports and errors
     * @param initiator as whom it reaches memory
     * @param constraints what the device needs now; for any thread
     */
    public DeviceImporter(String name, String initiator, Supplier<Constraints> constraints) {
        this.name = name;
        this.initiator = initiator;
        this.constraints = constraints;
    }

    private static Supplier<Constraints> always(DmaLimits limits, Constraints.Builder wants) {
        Constraints fixed = within(limits, wants).build();
        return () -> fixed;
    }

    /**
     * Adds what an address generator can do to other constraints.
     *
     * @return {@code wants}, changed
     */
    public static Constraints.Builder within(DmaLimits limits, Constraints.Builder wants) {
        return wants
                .addressBits(limits.addressBits())
                .alignment(limits.alignment())
                .maxSegments(limits.maxRanges())
                .maxSegmentSize(limits.maxRangeLength());
    }

    /**
     * From now on {@code settle} is told before mappings of the attachment end.
     *
     * @param settle stops the device; what {@link Importer#invalidated} says holds for it
     */
    public void use(Attachment attachment, Consumer<Invalidation> settle) {
        users.put(attachment, settle);
    }

    /** Closes an attachment that is not used any longer. Idempotent. */
    public void detach(Attachment attachment) {
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
        return constraints.get();
    }

    @Override
    public void invalidated(Attachment attachment, Invalidation reason) {
        Consumer<Invalidation> settle = users.get(attachment);
        if (settle != null) {
            settle.accept(reason);
        }
    }
}
