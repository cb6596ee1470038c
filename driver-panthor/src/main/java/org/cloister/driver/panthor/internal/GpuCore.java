// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.GroupSettings;
import org.cloister.driver.panthor.internal.ModeMachine.Event;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Importers;
import org.cloister.importer.Invalidation;
import org.cloister.platform.driver.DriverThread;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The GPU, put together: boots it, hears it, makes and loses groups, stops it. Nothing waits: what takes normal mode is
 * kept until that is there. For the driver's thread, but for what says otherwise.
 */
final class GpuCore {
    private static final Logger LOG = LoggerFactory.getLogger(GpuCore.class);

    private final GpuWiring wiring;
    private final Importers importers;
    private final Limits limits;
    private final Timer timer;
    private final DriverThread thread;
    private final RegisterBlock registers;
    private final GpuUses uses;
    private final ModeControl mode;
    private final ProtectedMode protectedMode = new ProtectedMode(this);
    private final Handshakes handshakes;
    private volatile Optional<HeapException> dead = Optional.empty();
    // For the driver's thread only, from here on.
    private final NormalMemory memory;
    private final Schedule schedule = new Schedule(this);
    private final NormalWork normalWork;
    private final GroupMaker maker;
    private final Ears ears;
    private Optional<FirmwareControl> firmware = Optional.empty(); // none until it is loaded

    GpuCore(GpuWiring wiring, Importers importers, Limits limits, Timer timer) {
        this.wiring = wiring;
        this.importers = importers;
        this.limits = limits;
        this.timer = timer;
        this.thread = new DriverThread("cloister driver of " + wiring.gpu().initiator(),
                e -> LOG.error("the driver of {} stumbled", wiring.gpu().initiator(), e));
        this.registers = new RegisterBlock(wiring.cpu(), wiring.gpu().registers());
        this.mode = new ModeControl(this, registers);
        this.normalWork = new NormalWork(() -> mode.now() == GpuMode.NORMAL || mode.isOff());
        this.memory = new NormalMemory(wiring.area(), wiring.cpu());
        this.handshakes = new Handshakes(timer, thread);
        this.maker = new GroupMaker(this, registers, memory);
        this.ears = new Ears(this, wiring, registers);
        this.uses = GpuUses.of(wiring.gpu());
    }

    // For any thread.

    String name() {
        return wiring.gpu().initiator();
    }

    /** Its mode, of which {@link ModeControl#now} is for any thread. */
    ModeControl mode() {
        return mode;
    }

    ProtectedMode protectedMode() {
        return protectedMode;
    }

    /** Why the GPU cannot be used any more, if so. */
    Optional<HeapException> dead() {
        return dead;
    }

    DriverThread thread() {
        return thread;
    }

    Importers importers() {
        return importers;
    }

    Limits limits() {
        return limits;
    }

    Timer timer() {
        return timer;
    }

    GpuUses uses() {
        return uses;
    }

    /** How long a client waits for the driver: longer than the driver waits for the GPU. */
    Duration patience() {
        return limits.enter().plus(limits.active()).plus(limits.exit()).plus(limits.answer().multipliedBy(4))
                .plus(limits.boot()).plus(limits.map().multipliedBy(2));
    }

    /** Waits until something is over, well or not; an interrupt ends the wait. Tells whether it is over. */
    boolean await(CompletableFuture<?> what, Duration limit) {
        Fence over = new Fence("what a client of " + name() + " waits for");
        what.whenComplete((_, _) -> over.signal());
        try {
            return timer.patience(limit).await(over);
        } catch (HeapException interrupted) {
            return over.isSignalled();
        }
    }

    /** Loads the firmware, and starts the GPU. */
    void start() {
        thread.run(this::load);
    }

    /** A heap for protected mode is there. */
    void heapCame(Heap heap) {
        thread.run(() -> protectedMode.came(heap));
    }

    /** The heap is no longer there: protected groups are lost; returns when all its memory is given back, or in time. */
    void heapWent(Heap heap) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (thread.run(() -> {
            if (protectedMode.heap().filter(had -> had == heap).isEmpty()) {
                done.complete(null); // another took its place
                return;
            }
            protectedMode.went();
            List<Group> lost = schedule.protectedGroups();
            schedule.loseProtected(new HeapException(HeapError.UNAVAILABLE, "work in protected mode", name(),
                    "the heap of protected mode is gone", "wait until it is back, and create another group"));
            CompletableFuture.allOf(lost.stream().map(Group::released).toArray(CompletableFuture[]::new))
                    .thenRun(() -> done.complete(null));
        })) {
            await(done, patience());
        }
    }

    /** Core moves or revokes memory of the firmware's or of a group's; returns when the GPU does not use it. */
    void restrictedMemoryInvalidated(Invalidation reason) {
        Fence settled = new Fence(name() + " lets go of restricted memory");
        if (thread.run(() -> {
            if (reason == Invalidation.REVOKED) {
                schedule.loseProtected(new HeapException(HeapError.REVOKED, "work in protected mode", name(),
                        "its restricted memory was taken away", "create another group"));
            }
            whenNormalSoon(() -> {
                schedule.each(Group::unmapSuspendBuffer);
                protectedMode.invalidated(reason);
                microcontroller().flush();
                settled.signal();
            });
        })) {
            timer.patience(patience()).await(settled); // it may be entering protected mode, or being reset
        }
    }

    /** Makes a group when there is normal mode. */
    CompletableFuture<Group> createGroup(GroupSettings settings) {
        CompletableFuture<Group> made = new CompletableFuture<>();
        boolean accepted = thread.run(() -> whenNormalSoon(() -> {
            try {
                made.complete(maker.make(settings));
            } catch (HeapException e) {
                made.completeExceptionally(e);
            }
        }));
        if (!accepted) {
            made.completeExceptionally(stopped());
        }
        return made;
    }

    // For the driver's thread, from here on.

    /** Why nothing can be asked of the GPU any more. */
    HeapException stopped() {
        return new HeapException(HeapError.CLOSED, "use the GPU", name(), "the driver has stopped",
                "wait until it is back");
    }

    Handshakes handshakes() {
        return handshakes;
    }

    /** The firmware; not before it is loaded. */
    FirmwareControl firmware() {
        return firmware.orElseThrow();
    }

    AddressSpace microcontroller() {
        return firmware().space();
    }

    FirmwareInterface face() {
        return firmware().face();
    }

    Schedule schedule() {
        return schedule;
    }

    NormalWork normalWork() {
        return normalWork;
    }

    private void load() {
        mode.on(Event.START);
        try {
            FirmwareControl loaded = new FirmwareControl(this, wiring, registers, memory);
            firmware = Optional.of(loaded);
            protectedMode.examine(loaded.image());
        } catch (HeapException e) {
            die(e);
            return;
        }
        ears.open();
        firmware().boot();
    }

    /** The firmware says that it has booted. */
    void booted() {
        try {
            firmware().booted();
        } catch (HeapException e) {
            die(e);
            return;
        }
        mode.on(Event.BOOTED);
        firmware().watch();
        schedule.booted();
        pump();
    }

    /** Not even a reset helped, or there is no firmware. */
    void die(HeapException cause) {
        LOG.error("{} is dead: {}", name(), cause.getMessage());
        dead = Optional.of(cause); // first: who sees the mode finds the cause
        mode.on(Event.TIMED_OUT);
        handshakes.forget();
        firmware.ifPresent(FirmwareControl::disable);
        firmware.ifPresent(FirmwareControl::cancel);
        schedule.each(group -> {
            group.end(GroupMachine.Event.LOSE, cause);
            group.afterReset();
        });
        normalWork.run();
    }

    /** Keeps something until there is normal mode. */
    void whenNormal(Runnable task) {
        keep(task, false);
    }

    /** Keeps something until there is normal mode, for which protected mode is left. */
    void whenNormalSoon(Runnable task) {
        keep(task, true);
    }

    private void keep(Runnable task, boolean soon) {
        normalWork.add(task, soon);
        if (mode.isOff()) {
            normalWork.run();
        } else {
            pump();
        }
    }

    /** Does what can be done. */
    void pump() {
        schedule.pump();
    }

    /** The GPU is about to be reset, because of {@code cause}. */
    void beforeReset(HeapException cause) {
        firmware().cancel();
        handshakes.forget();
        schedule.each(group -> group.beforeReset(cause));
    }

    /** The GPU says that it is reset. */
    void resetDone() {
        mode.cancel();
        schedule.each(Group::afterReset);
        mode.on(Event.RESET);
        firmware().boot();
    }

    /** A group is no more. */
    void forget(Group group) {
        maker.forget(group);
    }

    /** Stops the GPU, loses all groups, gives everything back. For any thread but the driver's. */
    void stop() {
        thread.barrier(() -> {
            mode.on(Event.STOP);
            mode.cancel();
            handshakes.forget();
            ears.close();
            firmware.ifPresent(FirmwareControl::cancel);
            firmware.ifPresent(FirmwareControl::standStill);
            schedule.each(group -> {
                group.end(GroupMachine.Event.LOSE, stopped());
                group.afterReset();
            });
            normalWork.run();
            protectedMode.release();
            memory.close();
        }, timer.patience(patience()));
        thread.end();
    }
}
