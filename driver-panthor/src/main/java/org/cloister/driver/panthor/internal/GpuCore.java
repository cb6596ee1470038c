// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.GroupSettings;
import org.cloister.driver.panthor.firmware.FirmwareImage;
import org.cloister.driver.panthor.firmware.MalformedFirmware;
import org.cloister.driver.panthor.internal.ModeMachine.Event;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Importers;
import org.cloister.importer.Invalidation;
import org.cloister.platform.Interrupts.Listening;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.HostInterface;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The GPU: boots it, hears it, takes it into protected mode and out of it, resets it. Nothing waits: what takes normal
 * mode is kept until that is there. For the driver's thread, but for what says otherwise.
 */
final class GpuCore {
    private static final Logger LOG = LoggerFactory.getLogger(GpuCore.class);
    private static final Duration POLL = Duration.ofMillis(1);
    private static final int GPU_INTERRUPTS =
            GpuRegister.FAULT | GpuRegister.PROTM_FAULT | GpuRegister.RESET_COMPLETED;
    private static final int ALL = -1;

    private final GpuWiring wiring;
    private final Importers importers;
    private final Limits limits;
    private final Timer timer;
    private final DriverThread thread;
    private final RegisterBlock registers;
    private final GpuImporter firmwareImporter;
    private final List<GpuImporter> sources;
    private final List<GpuImporter> targets;
    private final ModeMachine mode = new ModeMachine();
    private final ProtectedMode protectedMode = new ProtectedMode(this);
    private final Handshakes handshakes;
    private volatile Optional<HeapException> dead = Optional.empty();
    // For the driver's thread only, from here on.
    private final NormalMemory memory;
    private final TreeMap<Integer, Group> groups = new TreeMap<>(); // by slot
    private final Deque<Runnable> tasks = new ArrayDeque<>(); // for normal mode
    private boolean urgent; // whether protected mode is to be left for them
    private boolean pumping;
    private AddressSpace microcontroller;
    private LoadedFirmware firmware;
    private FirmwareInterface face;
    private List<Listening> ears = List.of();
    private Timer.Alarm alarm = () -> { }; // of booting, exiting, resetting
    private Timer.Alarm watchdog = () -> { };

    GpuCore(GpuWiring wiring, Importers importers, Limits limits, Timer timer) {
        this.wiring = wiring;
        this.importers = importers;
        this.limits = limits;
        this.timer = timer;
        this.thread = new DriverThread("cloister driver of " + wiring.gpu().initiator());
        this.registers = new RegisterBlock(wiring.cpu(), wiring.gpu().registers());
        this.memory = new NormalMemory(wiring.area(), wiring.cpu());
        this.handshakes = new Handshakes(timer, thread);
        this.firmwareImporter = GpuImporter.ofFirmware(wiring.gpu());
        this.sources = List.of(GpuImporter.ofSources(wiring.gpu(), false), GpuImporter.ofSources(wiring.gpu(), true));
        this.targets = List.of(GpuImporter.ofTargets(wiring.gpu(), false), GpuImporter.ofTargets(wiring.gpu(), true));
    }

    // For any thread.

    String name() {
        return wiring.gpu().initiator();
    }

    GpuMode mode() {
        return mode.now();
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

    GpuImporter firmwareImporter() {
        return firmwareImporter;
    }

    GpuImporter sources(boolean isProtected) {
        return sources.get(isProtected ? 1 : 0);
    }

    GpuImporter targets(boolean isProtected) {
        return targets.get(isProtected ? 1 : 0);
    }

    /** How long a client waits for the driver: longer than the driver waits for the GPU. */
    Duration patience() {
        return limits.enter().plus(limits.active()).plus(limits.exit()).plus(limits.answer().multipliedBy(4))
                .plus(limits.boot()).plus(limits.map().multipliedBy(2));
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
            loseProtected(new HeapException(HeapError.UNAVAILABLE, "work in protected mode", name(),
                    "the heap of protected mode is gone", "wait until it is back, and create another group"));
            CompletableFuture.allOf(groups.values().stream().filter(group -> group.settings().isProtected())
                    .map(Group::released).toArray(CompletableFuture[]::new)).thenRun(() -> done.complete(null));
        })) {
            done.completeOnTimeout(null, patience().toNanos(), TimeUnit.NANOSECONDS).join();
        }
    }

    private void loseProtected(HeapException cause) {
        List.copyOf(groups.values()).stream().filter(group -> group.settings().isProtected())
                .forEach(group -> group.end(GroupMachine.Event.LOSE, cause));
    }

    /** Core moves or revokes memory of the firmware's or of a group's; returns when the GPU does not use it. */
    void restrictedMemoryInvalidated(Invalidation reason) {
        Fence settled = new Fence(name() + " lets go of restricted memory");
        if (thread.run(() -> {
            if (reason == Invalidation.REVOKED) {
                loseProtected(new HeapException(HeapError.REVOKED, "work in protected mode", name(),
                        "its restricted memory was taken away", "create another group"));
            }
            whenNormalSoon(() -> {
                groups.values().forEach(Group::unmapSuspendBuffer);
                protectedMode.invalidated(reason);
                microcontroller.flush();
                settled.signal();
            });
        })) {
            settled.await(limits.exit().plus(limits.map()).toNanos());
        }
    }

    /** Makes a group when there is normal mode. */
    CompletableFuture<Group> createGroup(GroupSettings settings) {
        CompletableFuture<Group> made = new CompletableFuture<>();
        boolean accepted = thread.run(() -> whenNormalSoon(() -> {
            try {
                made.complete(newGroup(settings));
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

    private HeapException stopped() {
        return new HeapException(HeapError.CLOSED, "use the GPU", name(), "the driver has stopped",
                "wait until it is back");
    }

    Handshakes handshakes() {
        return handshakes;
    }

    AddressSpace microcontroller() {
        return microcontroller;
    }

    LoadedFirmware firmware() {
        return firmware;
    }

    boolean isRunning() {
        return mode.isRunning();
    }

    boolean isOff() {
        return mode.now() == GpuMode.OFF || mode.now() == GpuMode.DEAD;
    }

    private void load() {
        mode.on(Event.START);
        try {
            String path = GpuRegister.firmwarePath(registers.read(GpuRegister.GPU_ID));
            byte[] file = wiring.files().find(path).orElseThrow(() -> new HeapException(HeapError.NOT_SUPPORTED,
                    "load the firmware", name(), "there is no file " + path, "install the GPU's firmware"));
            FirmwareImage image = FirmwareImage.read(file);
            microcontroller = new AddressSpace(0, registers, memory);
            protectedMode.examine(image);
            firmware = new LoadedFirmware(name(), image, memory, microcontroller);
        } catch (MalformedFirmware e) {
            die(new HeapException(HeapError.PROTOCOL, "load the firmware", name(), e.getMessage(),
                    "have the GPU's firmware replaced", e));
            return;
        } catch (HeapException e) {
            die(e);
            return;
        }
        ears = List.of(
                wiring.interrupts().listen(wiring.gpu().jobLine(), thread::run, this::jobInterrupt),
                wiring.interrupts().listen(wiring.gpu().mmuLine(), thread::run, this::mmuInterrupt),
                wiring.interrupts().listen(wiring.gpu().gpuLine(), thread::run, this::gpuInterrupt));
        boot();
    }

    private void boot() {
        firmware.fill();
        microcontroller.activate();
        registers.write(GpuRegister.GPU_INTERRUPT + GpuRegister.MASK, GPU_INTERRUPTS);
        registers.write(GpuRegister.JOB_INTERRUPT + GpuRegister.MASK, ALL);
        registers.write(GpuRegister.MMU_INTERRUPT + GpuRegister.MASK, ALL);
        alarm = timer.after(limits.boot(), () -> thread.run(() -> {
            if (mode.now() == GpuMode.BOOTING) {
                die(new HeapException(HeapError.FIRMWARE_DEAD, "start the GPU", name(),
                        "its firmware did not boot; the microcontroller is in state %d".formatted(
                                registers.read(GpuRegister.MCU_STATUS)), "have the GPU's firmware replaced"));
            }
        }));
        registers.write(GpuRegister.MCU_CONTROL, GpuRegister.MCU_AUTO);
    }

    private void booted() {
        alarm.cancel();
        try {
            face = new FirmwareInterface(name(), wiring.cpu(), firmware.sharedBase(), firmware.sharedSize());
        } catch (HeapException e) {
            die(e);
            return;
        }
        face.global().write(HostInterface.INTERRUPT_MASK, ALL);
        mode.on(Event.BOOTED);
        watch();
        groups.values().forEach(Group::start);
        pump();
    }

    /** Not even a reset helped, or there is no firmware. */
    private void die(HeapException cause) {
        LOG.error("{} is dead: {}", name(), cause.getMessage());
        mode.on(Event.TIMED_OUT);
        dead = Optional.of(cause);
        registers.write(GpuRegister.MCU_CONTROL, GpuRegister.MCU_DISABLE);
        handshakes.forget();
        watchdog.cancel();
        List.copyOf(groups.values()).forEach(group -> {
            group.end(GroupMachine.Event.LOSE, cause);
            group.afterReset();
        });
        runTasks();
    }

    /** Asks now and then whether the firmware lives; in protected mode that would end it. */
    private void watch() {
        watchdog.cancel();
        watchdog = timer.after(limits.ping(), () -> thread.run(() -> {
            if (mode.now() == GpuMode.NORMAL) {
                face.global().request(HostInterface.REQUEST, HostInterface.PING);
                ringBell();
                handshakes.await(face.global(), HostInterface.PING, limits.answer(), this::watch,
                        () -> hang("the firmware does not answer"));
            } else if (mode.isRunning()) {
                watch();
            }
        }));
    }

    private void ringBell() {
        registers.write(GpuRegister.doorbell(0), 1);
    }

    /** Has the firmware look at a group and its stream. */
    void ring(int slot) {
        face.group(slot).request(HostInterface.DOORBELLS, 1);
        face.global().request(HostInterface.DOORBELLS, 1 << slot);
        ringBell();
    }

    private void jobInterrupt() {
        int status = registers.read(GpuRegister.JOB_INTERRUPT + GpuRegister.STATUS);
        registers.write(GpuRegister.JOB_INTERRUPT + GpuRegister.CLEAR, status);
        if (mode.now() == GpuMode.BOOTING && (status & GpuRegister.GLOBAL_INTERFACE) != 0) {
            booted();
        } else if (mode.isRunning()) {
            hearExit();
            handshakes.look();
            List.copyOf(groups.values()).forEach(group -> {
                if (mode.isRunning()) {
                    group.hear();
                }
            });
            pump();
        }
    }

    private void mmuInterrupt() {
        int status = registers.read(GpuRegister.MMU_INTERRUPT + GpuRegister.STATUS);
        registers.write(GpuRegister.MMU_INTERRUPT + GpuRegister.CLEAR, status);
        for (int space = 0; space < Integer.SIZE; space++) {
            if ((status >>> space & 1) != 0) {
                LOG.warn("{}: fault 0x%x in address space {} at 0x{}".formatted(
                        registers.read(GpuRegister.of(space, GpuRegister.AS_FAULT_STATUS))), name(), space,
                        Integer.toHexString(registers.read(GpuRegister.of(space, GpuRegister.AS_FAULT_ADDRESS))));
            }
        }
    }

    private void gpuInterrupt() {
        int status = registers.read(GpuRegister.GPU_INTERRUPT + GpuRegister.STATUS);
        registers.write(GpuRegister.GPU_INTERRUPT + GpuRegister.CLEAR, status);
        if ((status & GpuRegister.RESET_COMPLETED) != 0 && mode.now() == GpuMode.RESETTING) {
            resetDone();
        } else if ((status & (GpuRegister.PROTM_FAULT | GpuRegister.FAULT)) != 0 && mode.isRunning()) {
            boolean inside = (status & GpuRegister.PROTM_FAULT) != 0;
            reset(Event.FAULT, new HeapException(HeapError.FAULT, "use the GPU", name(), inside
                    ? "something failed in protected mode" : "its firmware failed", "create another group"));
        }
    }

    /** Hears whether protected mode was left. */
    void hearExit() {
        if (face.global().events(HostInterface.REQUEST, HostInterface.PROTM_EXIT) != 0) {
            face.global().seen(HostInterface.REQUEST, HostInterface.PROTM_EXIT);
            if (ModeMachine.next(mode.now(), Event.LEFT).isPresent()) {
                alarm.cancel();
                mode.on(Event.LEFT);
                groups.values().forEach(Group::left);
            }
        }
    }

    /** Keeps something until there is normal mode. */
    void whenNormal(Runnable task) {
        tasks.add(task);
        if (isOff()) {
            runTasks();
        } else {
            pump();
        }
    }

    /** Keeps something until there is normal mode, for which protected mode is left. */
    void whenNormalSoon(Runnable task) {
        urgent = true;
        whenNormal(task);
    }

    private void runTasks() {
        while (!tasks.isEmpty() && (mode.now() == GpuMode.NORMAL || isOff())) {
            tasks.remove().run();
        }
        urgent &= !tasks.isEmpty();
    }

    /** Does what can be done. */
    void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            while (mode.now() == GpuMode.NORMAL && work()) { }
            boolean wanted = urgent || groups.values().stream().anyMatch(Group::wantsNormalMode);
            if (mode.now() == GpuMode.PROTECTED && wanted) {
                exit();
            }
        } finally {
            pumping = false;
        }
    }

    /** One round in normal mode; tells whether there is to be another. */
    private boolean work() {
        runTasks();
        List.copyOf(groups.values()).forEach(Group::beginNext);
        if (!tasks.isEmpty()) {
            return true;
        }
        Optional<Group> next = groups.values().stream().filter(Group::waitsForProtectedMode)
                .max(Comparator.comparingInt(group -> group.settings().priority()));
        next.ifPresent(this::enter);
        return false;
    }

    private void enter(Group group) {
        try {
            if (protectedMode.map() | group.mapSuspendBuffer()) {
                microcontroller.flush();
            }
        } catch (HeapException e) {
            loseProtected(e);
            return;
        }
        mode.on(Event.ENTER);
        group.enter();
        face.global().request(HostInterface.REQUEST, HostInterface.PROTM_ENTER);
        ringBell();
        handshakes.await(face.global(), HostInterface.PROTM_ENTER, limits.enter(), () -> poll(limits.active()),
                () -> hang("it did not acknowledge protected mode"));
    }

    /** Acknowledged: looks whether protected mode is there, or was already. */
    private void poll(Duration left) {
        if (mode.now() != GpuMode.ENTERING) {
            return;
        }
        boolean active = (registers.read(GpuRegister.GPU_STATUS) & GpuRegister.PROTM_ACTIVE) != 0;
        hearExit();
        if (mode.now() == GpuMode.NORMAL) {
            pump();
        } else if (active) {
            mode.on(Event.ENTERED);
            pump();
        } else if (left.isPositive()) {
            timer.after(POLL, () -> thread.run(() -> poll(left.minus(POLL))));
        } else {
            hang("it acknowledged protected mode, and is not in it");
        }
    }

    /** Somebody needs normal mode before the work of protected mode is done. */
    private void exit() {
        alarm = timer.after(limits.exit(), () -> thread.run(() -> {
            if (mode.now() == GpuMode.EXITING) {
                hang("it did not leave protected mode");
            }
        }));
        mode.on(Event.EXIT); // last: who sees it knows that the alarm is set
        face.global().request(HostInterface.REQUEST, HostInterface.PING);
        ringBell();
    }

    /** The GPU does not do what it should have done by now. */
    void hang(String why) {
        if (mode.isRunning()) {
            reset(Event.TIMED_OUT, new HeapException(HeapError.TIMED_OUT, "use the GPU", name(), why,
                    "create another group"));
        }
    }

    private void reset(Event event, HeapException cause) {
        LOG.warn("{} is reset: {}", name(), cause.why());
        mode.on(event);
        alarm.cancel();
        watchdog.cancel();
        handshakes.forget();
        List.copyOf(groups.values()).forEach(group -> group.beforeReset(cause));
        registers.write(GpuRegister.JOB_INTERRUPT + GpuRegister.MASK, 0);
        registers.write(GpuRegister.MMU_INTERRUPT + GpuRegister.MASK, 0);
        registers.write(GpuRegister.GPU_INTERRUPT + GpuRegister.CLEAR, ALL);
        alarm = timer.after(limits.answer(), () -> thread.run(() -> {
            if (mode.now() == GpuMode.RESETTING) {
                die(new HeapException(HeapError.FIRMWARE_DEAD, "reset the GPU", name(), "it does not come back",
                        "switch the board off and on", cause));
            }
        }));
        registers.write(GpuRegister.GPU_COMMAND, GpuRegister.SOFT_RESET);
    }

    private void resetDone() {
        alarm.cancel();
        List.copyOf(groups.values()).forEach(Group::afterReset);
        mode.on(Event.RESET);
        boot();
    }

    private Group newGroup(GroupSettings settings) {
        if (isOff()) {
            throw dead.map(cause -> new HeapException(HeapError.FIRMWARE_DEAD, "create a group", name(), cause.why(),
                    cause.remedy(), cause)).orElseGet(this::stopped);
        }
        if (settings.isProtected() && !protectedMode.isReady()) {
            throw new HeapException(HeapError.UNAVAILABLE, "create a protected group", name(), protectedMode.obstacle()
                    .map(HeapException::getMessage).orElse("the heap of protected mode is not there"),
                    "wait until it is, or create one that is not protected");
        }
        int slot = 0;
        while (groups.containsKey(slot)) {
            slot++;
        }
        if (slot >= face.groups()) {
            throw new HeapException(HeapError.BUSY, "create a group", name(),
                    "all %d groups of the hardware are in use".formatted(face.groups()), "close one");
        }
        Group group = new Group(this, settings, groupMemory(slot, settings.isProtected()));
        groups.put(slot, group);
        microcontroller.flush();
        group.start();
        return group;
    }

    private GroupMemory groupMemory(int slot, boolean isProtected) {
        if (!isProtected) {
            return new GroupMemory(slot, face, memory, microcontroller, new AddressSpace(slot + 1, registers, memory));
        }
        try {
            protectedMode.gain();
            RestrictedMemory restricted = protectedMode.allocate(protectedMode.heap().orElseThrow(),
                    "GPU suspend buffer", GroupMemory.protectedSuspend(slot), face.protectedSuspendSize(), true);
            try {
                GroupMemory made = groupMemory(slot, false);
                made.restricted(restricted);
                return made;
            } catch (HeapException e) {
                restricted.release();
                throw e;
            }
        } catch (HeapException e) {
            giveProtectedModeBack();
            throw e;
        }
    }

    /** Without protected groups the firmware's protected sections take no memory. */
    private void giveProtectedModeBack() {
        whenNormal(() -> {
            if (groups.values().stream().noneMatch(group -> group.settings().isProtected())) {
                protectedMode.release();
                microcontroller.flush();
            }
        });
    }

    /** A group is no more. */
    void forget(Group group) {
        groups.remove(group.slot(), group);
        if (group.settings().isProtected()) {
            giveProtectedModeBack();
        }
    }

    /** Stops the GPU, loses all groups, gives everything back. For any thread but the driver's. */
    void stop() {
        thread.barrier(() -> {
            boolean loaded = firmware != null;
            mode.on(Event.STOP);
            alarm.cancel();
            watchdog.cancel();
            handshakes.forget();
            ears.forEach(Listening::close);
            if (loaded) {
                standStill();
            }
            List.copyOf(groups.values()).forEach(group -> {
                group.end(GroupMachine.Event.LOSE, stopped());
                group.afterReset();
            });
            runTasks();
            protectedMode.release();
            memory.close();
        }, patience());
        thread.end();
    }

    /** Resets the GPU, and waits until it stands still. */
    private void standStill() {
        registers.write(GpuRegister.GPU_INTERRUPT + GpuRegister.MASK, 0);
        registers.write(GpuRegister.GPU_INTERRUPT + GpuRegister.CLEAR, ALL);
        registers.write(GpuRegister.GPU_COMMAND, GpuRegister.SOFT_RESET);
        for (long left = limits.answer().toNanos(); left > 0
                && (registers.read(GpuRegister.GPU_INTERRUPT) & GpuRegister.RESET_COMPLETED) == 0;
                left -= POLL.toNanos()) {
            LockSupport.parkNanos(POLL.toNanos());
        }
    }
}
