// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when device nodes come, go, or change their permissions. Watches one directory, and one below it as soon as that
 * is there. What is told runs on a thread of this object's, which ends when this is closed.
 */
final class DeviceWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceWatch.class);

    private final Path directory;
    private final Path below;
    private final Predicate<String> relevant;
    private final BooleanSupplier refused;
    private final Runnable changed;
    private final WatchService service;

    /**
     * Starts to watch: tells once, and then of whatever happens after that.
     *
     * @param directory such as {@code /dev}; when it is missing nothing is ever told
     * @param below a directory in it, of which everything matters
     * @param relevant names in {@code directory} that matter
     * @param refused whether permissions in {@code directory} matter now; they are not always looked at, as every write
     *     to a device would be noticed
     * @param changed told of changes, possibly of several at once
     */
    DeviceWatch(Path directory, String below, Predicate<String> relevant, BooleanSupplier refused,
            Runnable changed) {
        this.directory = directory;
        this.below = directory.resolve(below);
        this.relevant = relevant.or(below::equals);
        this.refused = refused;
        this.changed = changed;
        try {
            service = directory.getFileSystem().newWatchService();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        watch();
        changed.run();
        watch();
        Thread.ofPlatform().daemon().name("cloister-linux-devices").start(this::run);
    }

    /** Registers once more what is there; a directory that is watched already stays so. */
    private void watch() {
        try {
            register(directory, refused.getAsBoolean());
            register(below, true);
        } catch (IOException e) {
            LOG.warn("changes of {} are not seen: {}", directory, e.toString());
        }
    }

    /** Changed permissions count as modifications. */
    private void register(Path path, boolean permissions) throws IOException {
        if (!Files.isDirectory(path)) {
            return;
        }
        if (permissions) {
            path.register(service, ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY);
        } else {
            path.register(service, ENTRY_CREATE, ENTRY_DELETE);
        }
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = service.take();
                boolean matters = false;
                for (WatchEvent<?> event : key.pollEvents()) {
                    matters |= !directory.equals(key.watchable()) || event.context() == null
                            || relevant.test(event.context().toString());
                }
                key.reset();
                if (matters) {
                    watch();
                    changed.run();
                    watch();
                }
            }
        } catch (ClosedWatchServiceException closed) {
            LOG.debug("{} is no longer watched", directory);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            service.close();
        } catch (IOException e) {
            LOG.warn("{} is still watched", directory, e);
        }
    }
}
