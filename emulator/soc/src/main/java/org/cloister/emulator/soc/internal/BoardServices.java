// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import org.cloister.emulator.soc.Soc;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.Interrupts;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.inspect.BoardView;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services of a board that is on: the board itself for models of devices, then what the normal world sees of it.
 * Taken back in reverse order. Used by one thread at a time.
 */
final class BoardServices implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BoardServices.class);

    private final BundleContext context;
    private final String board;
    private final Deque<ServiceRegistration<?>> registrations = new ArrayDeque<>();

    BoardServices(BundleContext context, Soc soc) {
        this.context = context;
        this.board = soc.board();
        try {
            publish(soc);
        } catch (RuntimeException failure) {
            close();
            throw failure;
        }
    }

    @Override
    public void close() {
        while (!registrations.isEmpty()) {
            try {
                registrations.removeFirst().unregister();
            } catch (IllegalStateException gone) {
                LOG.debug("the framework took a service of {} back already", board, gone);
            }
        }
    }

    private void publish(Soc soc) {
        ServiceRegistration<Soc> whole = register(Soc.class, soc, Map.of());
        // Before what backends wait for: who sees a heap of the board can see the board, too.
        register(BoardView.class, new InspectedBoard(soc), Map.of());
        register(DeviceTree.class, soc.deviceTree(), Map.of());
        register(Interrupts.class, soc.interrupts(), Map.of());
        for (ContiguousArea area : soc.contiguousAreas()) {
            register(ContiguousArea.class, area,
                    Map.of(ContiguousArea.NAME, area.name(), ContiguousArea.DEFAULT, area.isDefault()));
        }
        register(PhysicalMemory.class, soc.memory(Initiator.CPU),
                Map.of(PhysicalMemory.INITIATOR, Initiator.CPU));
        whole.setProperties(properties(Map.of(Soc.COMPLETE, true)));
    }

    private <T> ServiceRegistration<T> register(Class<T> type, T service, Map<String, ?> properties) {
        ServiceRegistration<T> registration = context.registerService(type, service, properties(properties));
        registrations.addFirst(registration);
        return registration;
    }

    private Dictionary<String, Object> properties(Map<String, ?> own) {
        Dictionary<String, Object> all = new Hashtable<>(own);
        all.put(Soc.BOARD, board);
        return all;
    }
}
