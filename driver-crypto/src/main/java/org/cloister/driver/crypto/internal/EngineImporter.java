// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.crypto.internal;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.driver.crypto.CryptoDriver;
import org.cloister.heap.Access;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Constraints.Restriction;
import org.cloister.importer.Importer;
import org.cloister.importer.Invalidation;
import org.cloister.platform.device.CryptoEngine;
import org.cloister.platform.device.DmaLimits;

/** The engine as a user of secrets, or as a reader of messages. Safe for use by any thread. */
final class EngineImporter implements Importer {
    private final String name;
    private final String initiator;
    private final Constraints constraints;
    private final Map<Attachment, Runnable> users = new ConcurrentHashMap<>();

    private EngineImporter(CryptoEngine engine, String what, Constraints.Builder wants) {
        DmaLimits limits = engine.limits();
        this.name = engine.initiator().name() + " " + what;
        this.initiator = engine.initiator().name();
        this.constraints = wants
                .addressBits(limits.addressBits())
                .alignment(limits.alignment())
                .maxSegments(limits.maxRanges())
                .maxSegmentSize(limits.maxRangeLength())
                .build();
    }

    static EngineImporter ofSecrets(CryptoEngine engine) {
        return new EngineImporter(engine, "secrets", Constraints.builder().access(Access.READ_WRITE)
                .restriction(Restriction.REQUIRED).useCases(Set.of(CryptoDriver.KEYS)));
    }

    static EngineImporter ofMessages(CryptoEngine engine) {
        return new EngineImporter(engine, "messages",
                Constraints.builder().access(Access.READ).restriction(Restriction.ALLOWED));
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
