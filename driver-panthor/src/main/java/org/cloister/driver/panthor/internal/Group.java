// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.cloister.driver.panthor.Composition;
import org.cloister.driver.panthor.GpuGroup;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.GroupSettings;
import org.cloister.driver.panthor.GroupState;
import org.cloister.driver.panthor.internal.GroupMachine.Event;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.mali.HostInterface;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group. What clients say is handed to the driver's thread, which alone touches the queue; only attaching, whose
 * refusal the client is to hear at once, happens on the client's. One composition at a time is with the GPU.
 */
final class Group implements GpuGroup {
    private static final Logger LOG = LoggerFactory.getLogger(Group.class);
    private static final String COMPOSE = CompositionRules.COMPOSE;
    private static final int EXCEPTION = 0xff;

    private final GpuCore core;
    private final GroupSettings settings;
    private final GroupMemory memory;
    private final String name;
    private final GroupMachine machine = new GroupMachine();
    private final CompositionRules rules;
    private final JobQueue queue;
    private final CompletableFuture<Void> released = new CompletableFuture<>();
    private volatile Optional<HeapException> failure = Optional.empty();
    // For the driver's thread only, from here on.
    private final AtDevice device;
    private boolean seated;
    private boolean starting; // the firmware was told of it and has not answered
    private boolean served; // since it has its slot
    private long begunLast;
    private int overtaken; // since its work began
    private boolean gone;

    Group(GpuCore core, GroupSettings settings, GroupMemory memory) {
        this.core = core;
        this.settings = settings;
        this.memory = memory;
        this.name = "%s group %d".formatted(core.name(), memory.number());
        this.rules = new CompositionRules(name);
        this.queue = new JobQueue(rules);
        this.device = new AtDevice(core, memory, settings.isProtected());
    }

    @Override
    public GroupSettings settings() {
        return settings;
    }

    @Override
    public GroupState state() {
        return machine.now();
    }

    @Override
    public Optional<HeapException> failure() {
        return failure;
    }

    int number() {
        return memory.number();
    }

    /** Completed when all that the group had is given back. */
    CompletableFuture<Void> released() {
        return released;
    }

    @Override
    public Fence compose(Composition composition) {
        requireOpen();
        rules.check(composition);
        Job job = queue.admit(id -> new Job(id, composition, core.importers(),
                core.uses().sources(settings.isProtected()), core.uses().targets(settings.isProtected()), this::settle,
                core.timer().patience(core.limits().job().plus(core.patience()))));
        if (!core.thread().run(() -> accept(job))) {
            JobQueue.abandon(job, closed());
        }
        return job.done();
    }

    private void requireOpen() {
        failure.ifPresent(reason -> {
            throw new HeapException(reason.error(), COMPOSE, name, reason.why(), "close the group, and create another",
                    reason);
        });
        if (machine.now() == GroupState.CLOSED) {
            throw closed();
        }
    }

    private HeapException closed() {
        return rules.refused(HeapError.CLOSED, "the group is closed", "create another");
    }

    /** Core ends a mapping: what has not begun maps anew, and for what has is waited. On core's thread. */
    private void settle() {
        core.thread().barrier(() -> { }, core.timer().patience(core.limits().map()));
    }

    private void accept(Job job) {
        if (failure.isPresent() || machine.now() == GroupState.CLOSED) {
            JobQueue.abandon(job, failure.orElseGet(this::closed));
            return;
        }
        queue.add(job);
        job.before().forEach(fence -> fence.onSignal(() -> core.thread().run(core::pump)));
        core.pump();
    }

    /** It has a slot from now on. Normal mode. */
    void assign(int slot) {
        memory.slot(slot);
        seated = true;
        served = false;
        machine.on(Event.ASSIGN);
        start();
    }

    /** Tells the firmware of the group; again after each reset. Normal mode. */
    void start() {
        starting = true;
        memory.program(settings.priority());
        core.firmware().ring(memory.slot());
        core.handshakes().await(memory.port(), HostInterface.STATE_MASK, core.limits().answer(), this::started,
                () -> core.mode().hang("group %d did not start".formatted(number())));
    }

    private void started() {
        starting = false;
        if (isEnded()) {
            core.whenNormalSoon(this::terminate);
        } else if (machine.now() == GroupState.STARTING) {
            machine.on(Event.STARTED);
            if (!device.isEmpty()) {
                submit();
            }
            core.pump();
        }
    }

    /** Whether there is something that could be begun, in normal mode. */
    boolean wantsNormalMode() {
        return machine.now() == GroupState.IDLE && isReady();
    }

    /** Whether the first job can be begun; one that waits for a move is looked at again when that is over. */
    private boolean isReady() {
        List<Fence> movers = queue.movers();
        if (!movers.isEmpty()) {
            core.thread().after(movers, core::pump);
        }
        return queue.isReady();
    }

    /** Begins that. Normal mode. */
    void beginNext() {
        begin(queue.removeFirst());
    }

    /** Whether there is something that could be begun, had it a slot. */
    boolean seeksSlot() {
        return machine.now() == GroupState.SUSPENDED && !seated && isReady();
    }

    /** Whether it may have to make room: it has no work, or has had a turn. */
    boolean mayLeave() {
        return machine.now() == GroupState.IDLE && (served || !queue.isReady());
    }

    /** When it was given work, compared with others. */
    long begunLast() {
        return begunLast;
    }

    /** Another was given work, or protected mode. */
    void overtake() {
        overtaken++;
    }

    /** How often that happened since it was given what it works on. */
    int overtaken() {
        return overtaken;
    }

    /** Makes room for another. Normal mode. */
    void suspend() {
        machine.on(Event.SUSPEND);
        memory.terminate();
        core.firmware().ring(memory.slot());
        core.handshakes().await(memory.port(), HostInterface.STATE_MASK, core.limits().answer(),
                () -> core.whenNormal(this::vacated),
                () -> core.mode().hang("group %d did not make room".formatted(number())));
    }

    private void vacated() {
        if (machine.now() == GroupState.SUSPENDING) {
            machine.on(Event.VACATED);
            memory.space().deactivate();
            leave();
        }
    }

    private void leave() {
        seated = false;
        core.schedule().vacate(this);
    }

    private void begin(Job job) {
        Optional<HeapException> spoiled = job.failedWriter();
        if (spoiled.isPresent()) {
            JobQueue.abandon(job, new HeapException(HeapError.CANCELLED, COMPOSE, name, "a layer was not written: "
                    + spoiled.get().getMessage(), "compose the next one", spoiled.get()));
            return;
        }
        if (!device.take(job)) {
            queue.putBack(job); // and isReady() sees to it that it is looked at again
        } else if (device.has(job)) {
            submit();
        }
    }

    private void submit() {
        machine.on(Event.SUBMIT);
        served = true;
        overtaken = 0;
        begunLast = core.schedule().passed(this);
        device.submit(this::late);
    }

    private void late(Job job) {
        if (device.has(job) && core.mode().isRunning()) {
            LOG.warn("{} does not finish {}", name, job.done());
            end(Event.LOSE, new HeapException(HeapError.TIMED_OUT, COMPOSE, name, "the GPU did not finish within %d ms"
                    .formatted(core.limits().job().toMillis()), "close the group, and create another"));
            core.mode().hang("group %d does not finish its work".formatted(number()));
        }
    }

    /** Whether it is to be chosen for protected mode. */
    boolean waitsForProtectedMode() {
        return machine.now() == GroupState.WAITING;
    }

    /** It is chosen: the firmware is told so. */
    void enter() {
        machine.on(Event.ENTER);
        memory.stream().seen(HostInterface.REQUEST, HostInterface.PROTM_PENDING);
    }

    /** What it needs in protected mode. */
    Optional<RestrictedMemory> suspendBuffer() {
        return memory.restricted();
    }

    /** Core takes its restricted memory away, for it is moved. Normal mode, or off. */
    void unmapSuspendBuffer() {
        memory.restricted().ifPresent(RestrictedMemory::unmap);
    }

    /** Protected mode was left. */
    void left() {
        if (machine.now() == GroupState.PROTECTED) {
            machine.on(Event.LEAVE);
        }
    }

    /** Looks what the firmware has to say. */
    void hear() {
        boolean any = memory.port().events(HostInterface.STREAM_EVENTS, 1) != 0;
        int events = memory.stream().events(HostInterface.REQUEST, HostInterface.PROTM_PENDING | HostInterface.FATAL);
        boolean synced = memory.port().events(HostInterface.REQUEST, HostInterface.SYNC_UPDATE) != 0;
        boolean done = memory.isDone();
        core.mode().hearExit(); // what was read before happened before, or the exit is known now
        if (any) {
            memory.port().seen(HostInterface.STREAM_EVENTS, 1);
        }
        if (synced) {
            memory.port().seen(HostInterface.REQUEST, HostInterface.SYNC_UPDATE);
        }
        if ((events & HostInterface.FATAL) != 0) {
            memory.stream().seen(HostInterface.REQUEST, HostInterface.FATAL);
            fatal(memory.stream().told(HostInterface.FATAL_STATUS) & EXCEPTION);
        } else if (done && machine.now() == GroupState.BUSY && !device.isEmpty()) {
            machine.on(Event.DONE);
            device.finish();
        } else if ((events & HostInterface.PROTM_PENDING) != 0 && machine.now() == GroupState.BUSY) {
            machine.on(Event.WAIT);
        }
    }

    private void fatal(int exception) {
        if (failure.isEmpty()) {
            end(Event.LOSE, new HeapException(HeapError.FAULT, COMPOSE, name, "the GPU was stopped by exception 0x%x"
                    .formatted(exception), "close the group, and create another"));
        }
    }

    /** The GPU is reset, because of {@code cause}. */
    void beforeReset(HeapException cause) {
        device.unwatch();
        memory.space().forgotten();
        switch (machine.now()) {
            case STARTING, IDLE, BUSY, WAITING, SUSPENDED -> machine.on(Event.RESET);
            case SUSPENDING -> {
                machine.on(Event.RESET);
                leave();
            }
            case PROTECTED -> {
                failure = Optional.of(cause);
                machine.on(Event.LOSE);
                queue.giveUp(cause);
            }
            case LOST, CLOSED -> { }
        }
    }

    /** The GPU stands still. */
    void afterReset() {
        if (isEnded()) {
            release();
        }
    }

    private boolean isEnded() {
        return machine.now() == GroupState.LOST || machine.now() == GroupState.CLOSED;
    }

    /** It will not work again: what waits fails, the firmware is told, and then everything is given back. */
    void end(Event event, HeapException cause) {
        if (GroupMachine.next(machine.now(), event).isEmpty()) {
            return;
        }
        boolean ending = isEnded();
        failure = event == Event.LOSE ? Optional.of(failure.orElse(cause)) : failure;
        machine.on(event);
        device.unwatch();
        queue.giveUp(cause);
        if (ending) {
            return;
        }
        if (core.mode().isOff()) {
            release();
        } else {
            core.whenNormalSoon(this::terminate);
        }
    }

    /** A request that takes back another before that is answered could be missed: there is nothing to answer then. */
    private void terminate() {
        if (gone || starting) {
            return;
        }
        if (!seated) {
            release();
            return;
        }
        memory.terminate();
        core.firmware().ring(memory.slot());
        core.handshakes().await(memory.port(), HostInterface.STATE_MASK, core.limits().answer(),
                () -> core.whenNormalSoon(this::release),
                () -> core.mode().hang("group %d did not end".formatted(number())));
    }

    /** Gives everything back: the GPU does not know the group any more. Idempotent. */
    private void release() {
        if (gone) {
            return;
        }
        gone = true;
        device.giveUp(failure.orElseGet(() -> new HeapException(HeapError.CANCELLED, COMPOSE, name,
                "the group was closed", "create another")));
        memory.release(core.mode().now() == GpuMode.NORMAL);
        core.forget(this);
        core.whenNormal(() -> released.complete(null)); // after what that gives back
    }

    @Override
    public void close() {
        if (core.thread().run(() -> end(Event.CLOSE, rules.refused(HeapError.CANCELLED, "the group was closed",
                "create another")))) {
            core.await(released, core.patience());
        }
    }
}
