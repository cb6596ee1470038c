// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.ArrayList;
import java.util.List;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.tee.TeeCode;

/**
 * OP-TEE: threads, applications, and the two interfaces, of which a machine uses one. Safe for use by any thread.
 */
public final class TrustedOs {
    private final OsConfig config;
    private final InterruptLatch interrupts = new InterruptLatch();
    private final SecureThreads threads;
    private final TaStore store;
    private final TaManager applications;
    private final Notifications notifications = new Notifications();
    private final ManagedMemory managed;
    private final FfaMemory ffaMemory;
    private final FfaServices ffaServices;
    private final SmcMemory smcMemory;
    private final SmcEntry smcEntry;
    private final SmcCalls smcCalls;
    private final RpcCache cache = new RpcCache();
    private final Budget window;

    /**
     * Boots: protects the static area if there is one.
     *
     * @param endpoint its endpoint id in FF-A
     * @throws org.cloister.heap.HeapException when the static area cannot be protected
     */
    public TrustedOs(Machine machine, OsConfig config, TaStore store, int endpoint) {
        this.config = config;
        this.store = store;
        List<MemoryRange> areas = new ArrayList<>();
        config.reserved().ifPresent(areas::add);
        if (config.protectedMemory() instanceof ProtectedMemory.Static area) {
            machine.protectForGood("optee-static", area.useCase(), area.base(), area.size());
            areas.add(new MemoryRange(MemoryRange.Kind.STATIC, 0, area.base(), area.size(), area.useCase()));
        }
        threads = new SecureThreads(config.threads(), interrupts);
        managed = new ManagedMemory(machine);
        applications = new TaManager(machine, managed, store);
        var heap = new Budget(config.heap());
        window = new Budget(config.window());

        ffaMemory = new FfaMemory(machine, config.protectedMemory(), heap);
        var ffaMapping = new CoreMapping(window, TeeCode.GENERIC);
        ffaServices = new FfaServices(machine, config, ffaMemory, ffaMapping, threads, notifications,
                new MessageHandler(machine, config.protectedMemory(), new FfaParameters(ffaMemory), applications,
                        notifications, ffaMapping,
                        new FfaMessages(ffaMemory, config.protectedMemory(), endpoint)));

        smcMemory = new SmcMemory(machine, config.protectedMemory(), heap, areas, managed);
        managed.sharedWhen((address, size) ->
                smcMemory.isKnown(address, size) || ffaMemory.isKnown(address, size));
        var lists = new PageLists(machine, smcMemory, heap);
        var mapping = new CoreMapping(window, TeeCode.BAD_PARAMETERS);
        smcEntry = new SmcEntry(config, threads, notifications, cache);
        smcCalls = new SmcCalls(machine, smcMemory, lists, mapping, threads, cache,
                new MessageHandler(machine, config.protectedMemory(), new SmcParameters(smcMemory, lists), applications,
                        notifications, mapping, new SmcMessages(smcMemory, lists, config.protectedMemory())));
    }

    /** How it was built. */
    public OsConfig config() {
        return config;
    }

    /** Memory that came by FF-A. */
    public FfaMemory ffaMemory() {
        return ffaMemory;
    }

    /** Maps the caller's FF-A buffers, {@code bytes} in all; false when the window is too small. */
    public boolean mapBuffers(long bytes) {
        return window.take(bytes);
    }

    /** Ends that. */
    public void unmapBuffers(long bytes) {
        window.give(bytes);
    }

    /** The services behind FF-A direct requests. */
    public FfaServices ffaServices() {
        return ffaServices;
    }

    /** Notifications to the normal world. */
    public Notifications notifications() {
        return notifications;
    }

    /** The fast calls of the SMC interface. */
    public SmcEntry smcEntry() {
        return smcEntry;
    }

    /** The yielding calls of the SMC interface. */
    public SmcCalls smcCalls() {
        return smcCalls;
    }

    /** Interrupts of the normal world. */
    public InterruptLatch interrupts() {
        return interrupts;
    }

    /** Adds a trusted application; false when there is one of its uuid already. */
    public boolean add(TrustedApplication application) {
        return store.add(application);
    }

    /** Takes a trusted application away: its sessions are dead from now on. */
    public void remove(TrustedApplication application) {
        if (store.remove(application)) {
            applications.withdraw(application);
        }
    }

    /** The whole state, for reports; two that are equal are of equal states. */
    public String describe() {
        return String.join("\n", "threads " + threads.states(), applications.describe(), notifications.describe(),
                ffaMemory.describe(), smcMemory.describe(), managed.describe(), cache.describe());
    }

    /** Ends threads that wait for the normal world, for good. */
    public void close() {
        threads.close();
    }
}
