// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.cloister.tee.Tee;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** The scope {@code tee}. */
@Component(service = TeeCommands.class, property = {"osgi.command.scope=tee", "osgi.command.function=list"})
public final class TeeCommands {
    /** Trusted operating systems come and go. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    volatile List<Tee> tees = List.of();

    /** {@code tee:list}. */
    @Descriptor("lists trusted operating systems")
    public void list(CommandSession session, String... arguments) {
        Run.in(session, new TeeListCommand(List.copyOf(tees)), arguments);
    }
}
