// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapListener;
import org.cloister.heap.Heaps;
import org.cloister.player.play.internal.BackendChoice;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Chooses backends through the configuration of core, of which it changes the line of one heap, and waits until core
 * says that it has taken effect. Safe for use by any thread.
 */
@Component(service = {BackendChoice.class, HeapListener.class})
public final class ConfiguredBackends implements BackendChoice, HeapListener {
    private static final String PID = "org.cloister.core";
    private static final String BACKENDS = "heap.backends";
    private static final String POLICIES = "drain.policies";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ConfigurationAdmin admin;
    private final Heaps heaps;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Optional<Optional<Dictionary<String, Object>>> original = Optional.empty(); // inner: none; guarded by lock
    private long moved; // guarded by lock

    /** Takes what it needs. */
    @Activate
    public ConfiguredBackends(@Reference ConfigurationAdmin admin, @Reference Heaps heaps) {
        this.admin = admin;
        this.heaps = heaps;
    }

    @Override
    public void onEvent(HeapEvent event) {
        lock.lock();
        try {
            moved += event instanceof HeapEvent.Moved ? 1 : 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void choose(Heap heap, List<String> backends, boolean move) throws InterruptedException {
        lock.lock();
        try {
            Configuration configuration = configuration();
            Optional<Dictionary<String, Object>> before = Optional.ofNullable(configuration.getProperties());
            if (original.isEmpty()) {
                original = Optional.of(before);
                moved = 0;
            }
            Dictionary<String, Object> after = copy(before);
            set(after, BACKENDS, heap.name(), String.join(",", backends));
            if (move) {
                set(after, POLICIES, heap.name(), "move");
            }
            configuration.update(after);
            long left = PATIENCE.toNanos();
            while (!heap.backend().equals(backends.getFirst())) {
                if (left <= 0) {
                    throw new HeapException(HeapError.UNAVAILABLE, "swap backends", "heap " + heap.name(),
                            "backend " + backends.getFirst() + " did not take over within " + PATIENCE.toSeconds()
                                    + " s: " + heaps.explain(heap.name()), "remove what is in its way");
                }
                left = changed.awaitNanos(left);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    private Configuration configuration() throws IOException {
        return admin.getConfiguration(PID, "?");
    }

    private static Dictionary<String, Object> copy(Optional<Dictionary<String, Object>> before) {
        Dictionary<String, Object> after = new Hashtable<>();
        before.ifPresent(found -> Collections.list(found.keys()).forEach(key -> after.put(key, found.get(key))));
        return after;
    }

    /** Has one line for the heap, whatever there was. */
    private static void set(Dictionary<String, Object> configuration, String option, String heap, String value) {
        List<String> lines = new ArrayList<>(
                lines(configuration.get(option)).filter(line -> !isFor(line, heap)).toList());
        lines.add(heap + "=" + value);
        configuration.put(option, lines.toArray(String[]::new));
    }

    private static Stream<String> lines(Object value) {
        return switch (value) {
            case String[] several -> Arrays.stream(several);
            case Collection<?> several -> several.stream().map(Object::toString);
            case String one -> Stream.of(one);
            case null, default -> Stream.empty();
        };
    }

    private static boolean isFor(String line, String heap) {
        String name = line.substring(0, Math.max(0, line.lastIndexOf('='))).strip();
        return name.equals(heap) || name.replaceFirst("^restricted,", "protected,").equals(heap);
    }

    @Override
    public long moved() {
        lock.lock();
        try {
            return moved;
        } finally {
            lock.unlock();
        }
    }

    @Override
    @Deactivate
    public void restore() {
        lock.lock();
        try {
            if (original.isEmpty()) {
                return;
            }
            Optional<Dictionary<String, Object>> before = original.get();
            original = Optional.empty();
            if (before.isPresent()) {
                configuration().update(before.get());
            } else {
                configuration().delete();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }
}
