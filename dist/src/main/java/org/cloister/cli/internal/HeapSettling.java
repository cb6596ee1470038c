// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.cloister.heap.Heap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Watches the services of heaps, whose properties tell whether they are available.
 *
 * <p>Safe for use by any thread.
 */
@Component(service = Settling.class)
public final class HeapSettling implements Settling {
    private static final Duration QUIET = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String HEAPS = "(objectClass=%s)".formatted(Heap.class.getName());
    private static final String AVAILABLE = "(%s=true)".formatted(Heap.AVAILABLE);

    private final BundleContext context;
    private final Duration quiet;
    private final Duration patience;

    /** Called by Declarative Services. */
    @Activate
    public HeapSettling(BundleContext context) {
        this(context, QUIET, PATIENCE);
    }

    HeapSettling(BundleContext context, Duration quiet, Duration patience) {
        this.context = context;
        this.quiet = quiet;
        this.patience = patience;
    }

    @Override
    public void await(BooleanSupplier enough) {
        BlockingQueue<ServiceEvent> changes = new LinkedBlockingQueue<>();
        ServiceListener listener = changes::add;
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            context.addServiceListener(listener, HEAPS);
            while (!enough.getAsBoolean() && System.nanoTime() - deadline < 0) {
                boolean settled = changes.poll(quiet.toNanos(), TimeUnit.NANOSECONDS) == null;
                if (settled && isAnyAvailable()) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitStatus.DOES_NOT_HOLD, "interrupted while waiting for heaps");
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        } finally {
            context.removeServiceListener(listener);
        }
    }

    private boolean isAnyAvailable() throws InvalidSyntaxException {
        return !context.getServiceReferences(Heap.class, AVAILABLE).isEmpty();
    }
}
