// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloister.backend.BackendHost;
import org.cloister.backend.linux.kernel.internal.SystemCalls;
import org.cloister.backend.linux.tee.internal.LinuxTee;
import org.cloister.backend.linux.tee.internal.TeeDevice;
import org.cloister.heap.HeapException;
import org.cloister.platform.service.OwnedServices;
import org.cloister.tee.Tee;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers a service for each trusted OS that has a device node which this user may open. */
final class TeeDevices implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TeeDevices.class);
    private static final Pattern NAME = Pattern.compile("tee[0-9]+");

    private final BundleContext context;
    private final Path directory;
    private final SystemCalls calls;
    private final Supplier<Optional<BackendHost>> host;
    private final Map<String, OwnedServices<Tee>> services = new HashMap<>(); // by node; guarded by this
    private Set<String> refused = Set.of(); // nodes; guarded by this
    private boolean closed; // guarded by this

    TeeDevices(BundleContext context, Path directory, SystemCalls calls, Supplier<Optional<BackendHost>> host) {
        this.context = context;
        this.directory = directory;
        this.calls = calls;
        this.host = host;
    }

    /** Whether a node of that name is a trusted OS; {@code teepriv0} is for the supplicant. */
    static boolean isName(String node) {
        return NAME.matcher(node).matches();
    }

    /** Whether there is a trusted OS that this user may not open. */
    synchronized boolean isRefused() {
        return !refused.isEmpty();
    }

    /** Looks which there are. */
    synchronized void refresh() {
        if (closed) {
            return;
        }
        Set<String> nodes = nodes();
        Set.copyOf(services.keySet()).stream().filter(node -> !nodes.contains(node))
                .forEach(node -> services.remove(node).close());
        Set<String> before = refused;
        refused = nodes.stream().filter(node -> !services.containsKey(node) && !register(node, before.contains(node)))
                .collect(Collectors.toSet());
    }

    private Set<String> nodes() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).filter(TeeDevices::isName)
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            return Set.of();
        }
    }

    private boolean register(String node, boolean known) {
        TeeDevice device;
        try {
            device = TeeDevice.look(calls, directory.resolve(node).toString(), node);
        } catch (HeapException e) {
            if (!known) {
                LOG.info("{}", e.getMessage());
            }
            return false;
        }
        Map<String, Object> properties =
                Map.of(Tee.ID, device.id(), Tee.IMPLEMENTATION, device.version().implementation());
        services.put(node, new OwnedServices<>(context, Tee.class, new Hashtable<>(properties),
                () -> new LinuxTee(device, host), (_, why) -> LOG.error("sessions with {} do not close", node, why)));
        return true;
    }

    @Override
    public synchronized void close() {
        closed = true;
        services.values().forEach(OwnedServices::close);
        services.clear();
    }
}
