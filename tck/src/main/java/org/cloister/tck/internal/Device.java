// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cloister.heap.Access;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Invalidation;

/** A device of the suite's, which remembers what it was told. Safe for use by any thread. */
public final class Device implements Importer {
    private final String initiator;
    private final Constraints constraints;
    private final List<Invalidation> heard = new CopyOnWriteArrayList<>();

    /** A device that can use memory of a use case. */
    Device(String initiator, Access access, UseCase useCase, boolean restricted) {
        this(initiator, Constraints.builder().access(access).useCases(restricted ? Set.of(useCase) : Set.of())
                .restriction(restricted ? Constraints.Restriction.REQUIRED : Constraints.Restriction.ALLOWED).build());
    }

    /** A device with constraints. */
    public Device(String initiator, Constraints constraints) {
        this.initiator = initiator;
        this.constraints = constraints;
    }

    @Override
    public String name() {
        return "TCK " + initiator;
    }

    @Override
    public String initiator() {
        return initiator;
    }

    @Override
    public Constraints constraints() {
        return constraints;
    }

    /** {@return what it does with a buffer} */
    public Access access() {
        return constraints.access();
    }

    @Override
    public void invalidated(Attachment attachment, Invalidation reason) {
        heard.add(reason);
    }

    /** {@return why mappings ended, in order} */
    public List<Invalidation> heard() {
        return heard;
    }
}
