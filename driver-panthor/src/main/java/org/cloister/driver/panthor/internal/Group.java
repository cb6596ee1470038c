// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.driver.panthor.Composition;
import org.cloister.driver.panthor.GpuGroup;
import org.cloister.driver.panthor.GroupSettings;
import org.cloister.driver.panthor.GroupState;
import org.cloister.driver.panthor.internal.GroupMachine.Event;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.mali.ComposeJob;
import org.cloister.platform.mali.HostInterface;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group. What clients say is handed to the driver's thread, which alone touches the queue; only attaching, whose
 * refusal the client is to hear at once, happens on the client's. One composition at a time is with the GPU.
 */
final class Group implements GpuGroup {
    private static final Logger LOG = LoggerFactory.getLogger(Group.class);
    private static final String COMPOSE = "compose";
    private static final int EXCEPTION = 0xff;

    private final GpuCore core;
    private final GroupSettings settings;
    private final GroupMemory memory;
    private final String name;
    private final GroupMachine machine = new GroupMachine();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong count = new AtomicLong();
    private final CompletableFuture<Void> released = new CompletableFuture<>();
    private volatile Optional<HeapException> failure = Optional.empty();
    // For the driver's thread only, from here on.
    private final Deque<Job> waiting = new ArrayDeque<>();
    private Optional<Job> current = Optional.empty();
    private ComposeJob work;
    private Timer.Alarm alarm = () -> { };
    private boolean gone;

    Group(GpuCore core, GroupSettings settings, GroupMemory memory) {
        this.core = core;
        this.settings = settings;
        this.memory = memory;
        this.name = "%s group %d".formatted(core.name(), memory.slot());
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

    int slot() {
        return memory.slot();
    }

    /** Completed when all that the group had is given back. */
    CompletableFuture<Void> released() {
        return released;
    }

    @Override
    public Fence compose(Composition composition) {
        check(composition);
        if (pending.incrementAndGet() > QUEUE_DEPTH) {
            pending.decrementAndGet();
            throw refused(HeapError.BUSY, "%d compositions are waiting already".formatted(QUEUE_DEPTH),
                    "wait for the fence of one of them");
        }
        Job job;
        try {
            job = new Job("%s composition %d".formatted(name, count.incrementAndGet()), composition, core.importers(),
                    core.sources(settings.isProtected()), core.targets(settings.isProtected()), this::settle);
        } catch (RuntimeException e) {
            pending.decrementAndGet();
            throw e;
        }
        job.done().onSignal(pending::decrementAndGet);
        if (!core.thread().run(() -> accept(job))) {
            abandon(job, closed());
        }
        return job.done();
    }

    private void check(Composition composition) {
        failure.ifPresent(reason -> {
            throw new HeapException(reason.error(), COMPOSE, name, reason.why(), "close the group, and create another",
                    reason);
        });
        if (machine.now() == GroupState.CLOSED) {
            throw closed();
        }
        if (composition.layers().size() > ComposeJob.MAX_LAYERS) {
            throw refused(HeapError.INVALID_ARGUMENT, "there are %d layers, and %d at most".formatted(
                    composition.layers().size(), ComposeJob.MAX_LAYERS), "compose in several steps");
        }
        for (Composition.Layer layer : composition.layers()) {
            if (!layer.area().isWithin(composition.width(), composition.height()) || layer.opacity() < 0
                    || layer.opacity() > 255) {
                throw refused(HeapError.INVALID_ARGUMENT, "%s with opacity %d is not in a picture of %s".formatted(
                        layer.area(), layer.opacity(), composition.format()), "correct the layers");
            }
            requireRoom(layer.format().size(), layer.source().size());
        }
        requireRoom(composition.format().size(), composition.target().size());
    }

    private void requireRoom(long picture, long buffer) {
        if (picture > buffer) {
            throw refused(HeapError.OUT_OF_BOUNDS, "a picture of %d bytes is not in a buffer of %d".formatted(
                    picture, buffer), "correct the formats");
        }
    }

    private HeapException refused(HeapError error, String why, String remedy) {
        return new HeapException(error, COMPOSE, name, why, remedy);
    }

    private HeapException closed() {
        return refused(HeapError.CLOSED, "the group is closed", "create another");
    }

    /** Core ends a mapping: what has not begun maps anew, and for what has is waited. On core's thread. */
    private void settle() {
        core.thread().barrier(() -> { }, core.limits().map());
    }

    private void accept(Job job) {
        if (failure.isPresent() || machine.now() == GroupState.CLOSED) {
            abandon(job, failure.orElseGet(this::closed));
            return;
        }
        waiting.add(job);
        job.before().forEach(fence -> fence.onSignal(() -> core.thread().run(core::pump)));
        core.pump();
    }

    private static void abandon(Job job, HeapException reason) {
        job.release();
        job.done().fail(reason);
    }

    /** Tells the firmware of the group; again after each reset. Normal mode. */
    void start() {
        memory.program(settings.priority());
        core.ring(slot());
        core.handshakes().await(memory.port(), HostInterface.STATE_MASK, core.limits().answer(), this::started,
                () -> core.hang("group %d did not start".formatted(slot())));
    }

    private void started() {
        if (machine.now() == GroupState.STARTING) {
            machine.on(Event.STARTED);
            current.ifPresent(job -> submit());
            core.pump();
        }
    }

    /** Begins what can be begun. Normal mode. */
    void beginNext() {
        while (machine.now() == GroupState.IDLE && !waiting.isEmpty() && waiting.getFirst().isReady()) {
            begin(waiting.removeFirst());
        }
    }

    /** Whether there is something that could be begun, in normal mode. */
    boolean wantsNormalMode() {
        return machine.now() == GroupState.IDLE && !waiting.isEmpty() && waiting.getFirst().isReady();
    }

    private void begin(Job job) {
        Optional<HeapException> spoiled = job.failedWriter();
        if (spoiled.isPresent()) {
            abandon(job, new HeapException(HeapError.CANCELLED, COMPOSE, name, "a layer was not written: "
                    + spoiled.get().getMessage(), "compose the next one", spoiled.get()));
            return;
        }
        try {
            work = job.begin(memory.space(), core.limits().map());
            memory.space().flush();
        } catch (HeapException e) {
            takeAway(job);
            job.done().fail(e);
            return;
        }
        current = Optional.of(job);
        submit();
    }

    private void submit() {
        machine.on(Event.SUBMIT);
        memory.submit(work, settings.isProtected());
        Job job = current.orElseThrow();
        alarm = core.timer().after(core.limits().job(), () -> core.thread().run(() -> late(job)));
        core.ring(slot());
    }

    private void late(Job job) {
        if (current.filter(now -> now == job).isPresent() && core.isRunning()) {
            LOG.warn("{} does not finish {}", name, job.done());
            end(Event.LOSE, new HeapException(HeapError.TIMED_OUT, COMPOSE, name, "the GPU did not finish within %d ms"
                    .formatted(core.limits().job().toMillis()), "close the group, and create another"));
            core.hang("group %d does not finish its work".formatted(slot()));
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

    /** Maps what it needs in protected mode, if that was moved. Normal mode. */
    boolean mapSuspendBuffer() {
        return memory.restricted().map(buffer -> buffer.map(core.limits().map())).orElse(false);
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
        core.hearExit(); // what was read before happened before, or the exit is known now
        if (any) {
            memory.port().seen(HostInterface.STREAM_EVENTS, 1);
        }
        if (synced) {
            memory.port().seen(HostInterface.REQUEST, HostInterface.SYNC_UPDATE);
        }
        if ((events & HostInterface.FATAL) != 0) {
            memory.stream().seen(HostInterface.REQUEST, HostInterface.FATAL);
            fatal(memory.stream().told(HostInterface.FATAL_STATUS) & EXCEPTION);
        } else if (done && machine.now() == GroupState.BUSY && current.isPresent()) {
            finish();
        } else if ((events & HostInterface.PROTM_PENDING) != 0 && machine.now() == GroupState.BUSY) {
            machine.on(Event.WAIT);
        }
    }

    private void finish() {
        alarm.cancel();
        machine.on(Event.DONE);
        Job job = current.orElseThrow();
        current = Optional.empty();
        core.whenNormal(() -> takeAway(job));
        job.done().signal();
    }

    private void fatal(int exception) {
        if (failure.isEmpty()) {
            end(Event.LOSE, new HeapException(HeapError.FAULT, COMPOSE, name, "the GPU was stopped by exception 0x%x"
                    .formatted(exception), "close the group, and create another"));
        }
    }

    /** Takes the buffers of a composition from the GPU. Normal mode, or the group is no more. */
    private void takeAway(Job job) {
        if (!gone) {
            job.unmap(memory.space());
            memory.space().flush();
        }
        job.release();
    }

    /** The GPU is reset, because of {@code cause}. */
    void beforeReset(HeapException cause) {
        alarm.cancel();
        switch (machine.now()) {
            case STARTING, IDLE, BUSY, WAITING -> machine.on(Event.RESET);
            case PROTECTED -> {
                failure = Optional.of(cause);
                machine.on(Event.LOSE);
                giveUpWaiting(cause);
            }
            case LOST, CLOSED -> { }
        }
    }

    /** The GPU stands still. */
    void afterReset() {
        if (machine.now() == GroupState.LOST || machine.now() == GroupState.CLOSED) {
            release();
        }
    }

    /** It will not work again: what waits fails, the firmware is told, and then everything is given back. */
    void end(Event event, HeapException cause) {
        if (GroupMachine.next(machine.now(), event).isEmpty()) {
            return;
        }
        boolean ending = machine.now() == GroupState.LOST || machine.now() == GroupState.CLOSED;
        failure = event == Event.LOSE ? Optional.of(failure.orElse(cause)) : failure;
        machine.on(event);
        alarm.cancel();
        giveUpWaiting(cause);
        if (ending) {
            return;
        }
        if (core.isOff()) {
            release();
        } else {
            core.whenNormalSoon(this::terminate);
        }
    }

    private void giveUpWaiting(HeapException cause) {
        waiting.forEach(job -> abandon(job, cause));
        waiting.clear();
    }

    private void terminate() {
        if (gone) {
            return;
        }
        memory.terminate();
        core.ring(slot());
        core.handshakes().await(memory.port(), HostInterface.STATE_MASK, core.limits().answer(), this::release,
                () -> core.hang("group %d did not end".formatted(slot())));
    }

    /** Gives everything back: the GPU does not know the group any more. Idempotent. */
    private void release() {
        if (gone) {
            return;
        }
        gone = true;
        HeapException cause = failure.orElseGet(() -> new HeapException(HeapError.CANCELLED, COMPOSE, name,
                "the group was closed", "create another"));
        current.ifPresent(job -> {
            job.release();
            job.done().fail(cause);
        });
        current = Optional.empty();
        memory.release();
        core.forget(this);
        core.whenNormal(() -> released.complete(null)); // after what that gives back
    }

    @Override
    public void close() {
        if (core.thread().run(() -> end(Event.CLOSE, refused(HeapError.CANCELLED, "the group was closed",
                "create another")))) {
            released.completeOnTimeout(null, core.patience().toNanos(), TimeUnit.NANOSECONDS).join();
        }
    }
}
