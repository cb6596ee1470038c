// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.cloister.heap.Heap;
import org.cloister.heap.Heaps;
import org.cloister.tee.Tee;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;

/** An emulated board with the firmware and the backends of all vendors, as their users have them. For one thread. */
final class BoardInFelix implements AutoCloseable {
    private static final List<String> BUNDLES = List.of("org.apache.felix.configadmin-", "org.cloister.core-",
            "org.cloister.platform-", "org.cloister.pool-", "org.cloister.emulator.soc-", "org.cloister.emulator.optee-",
            "org.cloister.emulator.psp-", "org.cloister.emulator.mtk-", "org.cloister.backend.optee-",
            "org.cloister.backend.amdtee-", "org.cloister.backend.mtk-");
    private static final Duration STARTED = Duration.ofSeconds(20);

    private final Felix felix;

    private BoardInFelix(Felix felix) {
        this.felix = felix;
    }

    /** Switches a board on. */
    static BoardInFelix start(String name) {
        var board = new BoardInFelix(Felix.start(BUNDLES));
        try {
            board.service(ConfigurationAdmin.class, "").getConfiguration("org.cloister.emulator.board", "?")
                    .update(FrameworkUtil.asDictionary(Map.of("board", name)));
            return board;
        } catch (IOException e) {
            throw new IllegalStateException("board " + name + " is not switched on: " + e.getMessage(), e);
        }
    }

    /** A heap, when a backend serves it: others may have been there first. */
    Heap heap(String name, String backend) {
        service(Heap.class, "(&(%s=%s)(%s=%s))".formatted(Heap.NAME, name, Heap.BACKEND, backend));
        return service(Heaps.class, "").await(name, STARTED);
    }

    /** A trusted OS, when it is there. */
    Tee tee(String id) {
        return service(Tee.class, "(%s=%s)".formatted(Tee.ID, id));
    }

    private <T> T service(Class<T> type, String filter) {
        BundleContext context = felix.context();
        long end = System.nanoTime() + STARTED.toNanos();
        try {
            while (System.nanoTime() < end) {
                for (ServiceReference<T> found : context.getServiceReferences(type, filter.isEmpty() ? null : filter)) {
                    return context.getService(found);
                }
                LockSupport.parkNanos(1_000_000);
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        throw new IllegalStateException("there is no " + type.getSimpleName() + filter + ", see the log");
    }

    @Override
    public void close() {
        felix.close();
    }
}
