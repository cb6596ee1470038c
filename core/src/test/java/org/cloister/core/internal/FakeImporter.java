// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Invalidation;

/** A device that notes what it is told. */
final class FakeImporter implements Importer {
    final Script script = new Script();
    final List<Invalidation> told = new CopyOnWriteArrayList<>();
    volatile Consumer<Attachment> reaction = attachment -> {};
    private final String name;
    private final String initiator;
    private final Constraints constraints;

    FakeImporter(String name, String initiator, Constraints constraints) {
        this.name = name;
        this.initiator = initiator;
        this.constraints = constraints;
    }

    FakeImporter(String name) {
        this(name, name, Constraints.builder().build());
    }

    @Override
    public String name() {
        return script.play("name", () -> name);
    }

    @Override
    public String initiator() {
        return script.play("initiator", () -> initiator);
    }

    @Override
    public Constraints constraints() {
        return script.play("constraints", () -> constraints);
    }

    @Override
    public void invalidated(Attachment attachment, Invalidation reason) {
        told.add(reason);
        script.act("invalidated", () -> reaction.accept(attachment));
    }
}
