// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.Optional;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A driver that talks to a device only while no other one does: it enters when it first has something to say, and has
 * the device until it is closed. Safe for use by any thread.
 */
@ProviderType
public final class Tenant implements AutoCloseable {
    private final Tenancies tenancies;
    private final Object device;
    private final String name;
    private Optional<Tenancies.Tenancy> tenancy = Optional.empty(); // guarded by this, as is the next
    private boolean closed;

    /**
     * Has not entered yet.
     *
     * @param tenancies who has what
     * @param device the device, known by its identity
     * @param name of the device, for errors
     */
    public Tenant(Tenancies tenancies, Object device, String name) {
        this.tenancies = tenancies;
        this.device = device;
        this.name = name;
    }

    /**
     * Makes sure that the device is this driver's.
     *
     * @param what what is being done, for errors
     * @throws HeapException {@code BUSY} while another driver has it, {@code CLOSED} when this one has left
     */
    public synchronized void enter(String what) {
        if (closed) {
            throw new HeapException(HeapError.CLOSED, what, name, "its driver was stopped", "obtain the service again");
        }
        if (tenancy.isEmpty()) {
            tenancy = Optional.of(tenancies.enter(device).orElseThrow(() -> new HeapException(HeapError.BUSY, what, name,
                    "its former driver, from before the backend was updated or restarted, still has it, for buffers of "
                    + "then are live",
                    "release those buffers, which heap:buffers lists with their owners, then try again; or have core "
                    + "take them away, by drain.policies")));
        }
    }

    /** Leaves for good: another driver may enter. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        tenancy.ifPresent(Tenancies.Tenancy::close);
        tenancy = Optional.empty();
    }
}
