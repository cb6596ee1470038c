// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.service.component.annotations.Component;

/**
 * Devices that one driver at a time can talk to. A service, one for all.
 *
 * <p>A driver outlives its component while buffers of it are live. When its bundle is updated or comes back, the new
 * driver would take the device from under the old one; here it finds out that it has to wait.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
// Immediate, or who has what would be forgotten whenever the last backend lets go of the service.
@Component(immediate = true, service = Tenancies.class)
public final class Tenancies {
    private final Map<Object, Object> holders = Collections.synchronizedMap(new IdentityHashMap<>());

    /** The right to talk to a device, until it is closed. */
    @ProviderType
    public interface Tenancy extends AutoCloseable {
        /** Lets others talk to the device. Idempotent. */
        @Override
        void close();
    }

    /** Starts with nobody talking to anything. */
    public Tenancies() {}

    /**
     * Asks for the right to talk to a device.
     *
     * @param device the device, known by its identity
     * @return the right; empty while somebody else has it
     */
    public Optional<Tenancy> enter(Object device) {
        Object holder = new Object();
        return holders.putIfAbsent(device, holder) == null ? Optional.of(() -> holders.remove(device, holder))
                : Optional.empty();
    }
}
