// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cloister.emulator.soc.Soc;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/** What an emulation has put on a board: services that drivers find, and what is behind them. For one thread. */
final class Placement {
    private final BundleContext context;
    private final String board;
    private final List<ServiceRegistration<?>> services = new ArrayList<>();
    private final List<Runnable> behind = new ArrayList<>();

    Placement(BundleContext context, Soc soc) {
        this.context = context;
        this.board = soc.board();
    }

    /** Has drivers find something of the board, with these properties and the board's name. */
    <T> void show(Class<T> type, T service, Map<String, ?> properties) {
        Map<String, Object> all = new HashMap<>(properties);
        all.put(Soc.BOARD, board);
        services.add(context.registerService(type, service, FrameworkUtil.asDictionary(all)));
    }

    /** From now on {@code end} is run when all is taken off, after drivers cannot find anything any more. */
    void whenTakenOff(Runnable end) {
        behind.add(end);
    }

    /** Takes all of it off, the newest first. */
    void takeOff() {
        services.reversed().forEach(ServiceRegistration::unregister);
        behind.reversed().forEach(Runnable::run);
    }
}
