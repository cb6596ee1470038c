// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.soc.internal;

import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.stream.Collectors;
import org.cloister.emulator.soc.Soc;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.tck.MemoryObserver;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Looks at the memory of the board that is on, as any bus master of the normal world. Safe for use by any thread. */
@Component
public final class BoardObserver implements MemoryObserver {
    private final Soc soc;

    /** Called by Declarative Services, when a board is on. */
    @Activate
    public BoardObserver(@Reference Soc soc) {
        this.soc = soc;
    }

    @Override
    public Set<String> initiators() {
        return soc.initiators().stream().filter(initiator -> !initiator.secure()).map(Initiator::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public boolean read(String initiator, long address, MemorySegment into) {
        try {
            soc.memory(initiator).read(address, into);
            return true;
        } catch (BusFault blocked) {
            return false;
        }
    }

    @Override
    public boolean write(String initiator, long address, MemorySegment from) {
        try {
            soc.memory(initiator).write(address, from);
            return true;
        } catch (BusFault blocked) {
            return false;
        }
    }
}
