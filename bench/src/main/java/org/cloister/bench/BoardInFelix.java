// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.cloister.backend.HeapBackend;
import org.cloister.heap.Heap;
import org.cloister.heap.Heaps;
import org.cloister.tee.Tee;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.ConfigurationAdmin;

/** An emulated board with the firmware of all vendors, and backends, as their users have them. For one thread. */
final class BoardInFelix implements AutoCloseable {
    private static final List<String> BOARD = List.of("org.apache.felix.configadmin-", "org.cloister.core-",
            "org.cloister.platform-", "org.cloister.pool-", "org.cloister.emulator.soc-", "org.cloister.emulator.optee-",
            "org.cloister.emulator.psp-", "org.cloister.emulator.mtk-");
    private static final List<String> BACKENDS = List.of("org.cloister.backend.optee-", "org.cloister.backend.amdtee-",
            "org.cloister.backend.mtk-");
    private static final Duration STARTED = Duration.ofSeconds(20);

    private final Felix felix;

    private BoardInFelix(Felix felix) {
        this.felix = felix;
    }

    /** Switches a board on, with the backends of all vendors. */
    static BoardInFelix start(String name) {
        return start(name, List.of(), BACKENDS);
    }

    /**
     * Switches a board on, with these bundles.
     *
     * @param types of the packages that they share with the benchmark
     */
    static BoardInFelix start(String name, List<Class<?>> types, List<String> bundles) {
        var board = new BoardInFelix(Felix.start(types, Stream.concat(BOARD.stream(), bundles.stream()).toList()));
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

    /** Adds a backend of the benchmark's own. */
    void serve(HeapBackend backend) {
        felix.context().registerService(HeapBackend.class, backend, null);
    }

    /** A service, when it is there. */
    <T> T service(Class<T> type, String filter) {
        BundleContext context = felix.context();
        List<T> found = new ArrayList<>();
        await(type.getSimpleName() + filter, () -> {
            try {
                context.getServiceReferences(type, filter.isEmpty() ? null : filter).stream().findFirst()
                        .map(context::getService).ifPresent(found::add);
                return !found.isEmpty();
            } catch (InvalidSyntaxException e) {
                throw new IllegalStateException(e);
            }
        });
        return found.getFirst();
    }

    /** Waits for something, but not for ever. */
    void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + STARTED.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("there is no " + what + ", see the log");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        felix.close();
    }
}
