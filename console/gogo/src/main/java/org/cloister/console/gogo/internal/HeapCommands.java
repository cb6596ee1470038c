// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.cloister.admin.HeapAdmin;
import org.cloister.heap.Heaps;
import org.cloister.platform.inspect.BoardView;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The scope {@code heap}. Buffers that were allocated here are freed when this stops; Gogo lets go of it after each command,
 * so that it must be there by itself.
 */
@Component(service = HeapCommands.class, immediate = true, property = {
    "osgi.command.scope=heap",
    "osgi.command.function=list", "osgi.command.function=show", "osgi.command.function=explain",
    "osgi.command.function=alloc", "osgi.command.function=free", "osgi.command.function=buffers",
    "osgi.command.function=swap", "osgi.command.function=drain", "osgi.command.function=restore",
    "osgi.command.function=quotas", "osgi.command.function=regions", "osgi.command.function=faults",
    "osgi.command.function=trace"})
public final class HeapCommands {
    private final BundleContext context;
    private final Heaps heaps;
    private final HeapAdmin admin;
    private final Holdings holdings = new Holdings();

    /** Boards come and go. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    volatile BoardView board; // null while no emulated board is on

    /** Called by Declarative Services. */
    @Activate
    public HeapCommands(BundleContext context, @Reference Heaps heaps, @Reference HeapAdmin admin) {
        this.context = context;
        this.heaps = heaps;
        this.admin = admin;
    }

    @Deactivate
    void stop() {
        holdings.close();
    }

    /** {@code heap:list}. */
    @Descriptor("lists heaps: who serves them and how much is free")
    public void list(CommandSession session, String... arguments) {
        Run.in(session, new ListCommand(heaps), arguments);
    }

    /** {@code heap:show}. */
    @Descriptor("shows all that is known of a heap")
    public void show(CommandSession session, String... arguments) {
        Run.in(session, new ShowCommand(heaps), arguments);
    }

    /** {@code heap:explain}. */
    @Descriptor("says why a heap is, or is not, available")
    public void explain(CommandSession session, String... arguments) {
        Run.in(session, new ExplainCommand(heaps), arguments);
    }

    /** {@code heap:alloc}. */
    @Descriptor("allocates a buffer, which this shell holds")
    public void alloc(CommandSession session, String... arguments) {
        Run.in(session, new AllocCommand(heaps, holdings), arguments);
    }

    /** {@code heap:free}. */
    @Descriptor("lets go of buffers that heap:alloc allocated")
    public void free(CommandSession session, String... arguments) {
        Run.in(session, new FreeCommand(holdings), arguments);
    }

    /** {@code heap:buffers}. */
    @Descriptor("lists live buffers with owners, ages and devices")
    public void buffers(CommandSession session, String... arguments) {
        Run.in(session, new BuffersCommand(heaps, admin), arguments);
    }

    /** {@code heap:swap}. */
    @Descriptor("lets a backend serve a heap")
    public void swap(CommandSession session, String... arguments) {
        Run.in(session, new SwapCommand(heaps, admin), arguments);
    }

    /** {@code heap:drain}. */
    @Descriptor("lets nobody serve a heap")
    public void drain(CommandSession session, String... arguments) {
        Run.in(session, new DrainCommand(heaps, admin), arguments);
    }

    /** {@code heap:restore}. */
    @Descriptor("lets configuration and ranking decide about a heap again")
    public void restore(CommandSession session, String... arguments) {
        Run.in(session, new RestoreCommand(heaps, admin), arguments);
    }

    /** {@code heap:quotas}. */
    @Descriptor("lists quotas and what is used of them")
    public void quotas(CommandSession session, String... arguments) {
        Run.in(session, new QuotasCommand(admin), arguments);
    }

    /** {@code heap:regions}. */
    @Descriptor("lists firewall regions: what is where, and who may touch it")
    public void regions(CommandSession session, String... arguments) {
        Run.in(session, new RegionsCommand(Optional.ofNullable(board)), arguments);
    }

    /** {@code heap:faults}. */
    @Descriptor("lists the latest accesses that the bus blocked")
    public void faults(CommandSession session, String... arguments) {
        Run.in(session, new FaultsCommand(Optional.ofNullable(board)), arguments);
    }

    /** {@code heap:trace}. */
    @Descriptor("shows what happens to heaps, as it happens")
    public void trace(CommandSession session, String... arguments) {
        Run.in(session, new TraceCommand(new ListenerRegistry(context), System::nanoTime), arguments);
    }
}
