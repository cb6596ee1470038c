// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.cloister.heap.Access;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Constraints.Restriction;
import org.cloister.importer.Importer;
import org.cloister.importer.Invalidation;
import org.cloister.platform.mali.MaliGpu;
import org.cloister.platform.mali.TranslationTable;

/**
 * The GPU as a user of memory, in one of its modes. Passes invalidations on to whoever uses the attachment. Safe for use
 * by any thread.
 */
final class GpuImporter implements Importer {
    private static final int ADDRESS_BITS = 40;

    private final String name;
    private final String initiator;
    private final Constraints constraints;
    private final Map<Attachment, Consumer<Invalidation>> users = new ConcurrentHashMap<>();

    private GpuImporter(String initiator, String what, Access access, Restriction restriction) {
        this.name = initiator + " " + what;
        this.initiator = initiator;
        this.constraints = Constraints.builder()
                .access(access)
                .restriction(restriction)
                .encryptionAccepted(false)
                .useCases(Set.of(UseCase.SECURE_VIDEO, UseCase.TRUSTED_UI))
                .addressBits(ADDRESS_BITS)
                .alignment(TranslationTable.PAGE)
                .build();
    }

    /** What layers are read from. */
    static GpuImporter ofSources(MaliGpu gpu, boolean isProtected) {
        return isProtected
                ? new GpuImporter(gpu.protectedInitiator(), "layers", Access.READ, Restriction.ALLOWED)
                : new GpuImporter(gpu.initiator(), "layers", Access.READ, Restriction.REFUSED);
    }

    /** What pictures are written to. */
    static GpuImporter ofTargets(MaliGpu gpu, boolean isProtected) {
        return isProtected
                ? new GpuImporter(gpu.protectedInitiator(), "pictures", Access.WRITE, Restriction.REQUIRED)
                : new GpuImporter(gpu.initiator(), "pictures", Access.WRITE, Restriction.REFUSED);
    }

    /** What the firmware needs in protected mode. */
    static GpuImporter ofFirmware(MaliGpu gpu) {
        return new GpuImporter(gpu.protectedInitiator(), "firmware", Access.READ_WRITE, Restriction.REQUIRED);
    }

    /** From now on {@code settle} is told before mappings of the attachment end. */
    void use(Attachment attachment, Consumer<Invalidation> settle) {
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
        Consumer<Invalidation> settle = users.get(attachment);
        if (settle != null) {
            settle.accept(reason);
        }
    }
}
