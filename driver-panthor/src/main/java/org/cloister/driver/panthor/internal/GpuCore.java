// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.GroupSettings;
import org.cloister.driver.panthor.PanthorDriver;
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
import org.cloister.platform.driver.DriverThread;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.HostInterface;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The GPU, put together: boots it, hears it, makes and loses groups, stops it. Nothing waits: what takes normal mode is
 * kept until that is there. For the driver's thread, but for what says otherwise.
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
    private final GpuUses uses;
    private final ModeControl mode;
    private final ProtectedMode protectedMode = new ProtectedMode(this);
    private final Handshakes handshakes;
    private volatile Optional<HeapException> dead = Optional.empty();
    // For the driver's thread only, from here on.
    private final NormalMemory memory;
    private final Schedule schedule = new Schedule(this);
    private final NormalWork normalWork;
    private AddressSpace microcontroller;
    private LoadedFirmware firmware;
    private FirmwareInterface face;
    private List<Listening> ears = List.of();
    private Timer.Alarm alarm = () -> { }; // of booting
    private Timer.Alarm watchdog = () -> { };

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
            done.completeOnTimeout(null, patience().toNanos(), TimeUnit.NANOSECONDS).join();
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

    FirmwareInterface face() {
        return face;
    }

    Schedule schedule() {
        return schedule;
    }

    NormalWork normalWork() {
        return normalWork;
    }

    /** How many groups the hardware can have at a time: each takes an address space, and the microcontroller one. */
    int slots() {
        return Math.min(face.groups(), Integer.bitCount(registers.read(GpuRegister.AS_PRESENT)) - 1);
    }

    private void load() {
        mode.on(Event.START);
        try {
            String path = GpuRegister.firmwarePath(registers.read(GpuRegister.GPU_ID));
            byte[] file = wiring.files().find(path).orElseThrow(() -> new HeapException(HeapError.NOT_SUPPORTED,
                    "load the firmware", name(), "there is no file " + path, "install the GPU's firmware"));
            FirmwareImage image = FirmwareImage.read(file);
            microcontroller = new AddressSpace(registers, memory);
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
                listen(wiring.gpu().jobLine(), this::jobInterrupt),
                listen(wiring.gpu().mmuLine(), this::mmuInterrupt),
                listen(wiring.gpu().gpuLine(), this::gpuInterrupt));
        boot();
    }

    /** What was raised before the GPU was given up may be heard after that. */
    private Listening listen(int line, Runnable heard) {
        return wiring.interrupts().listen(line, thread::run, () -> {
            if (!mode.isOff()) {
                heard.run();
            }
        });
    }

    private void boot() {
        firmware.fill();
        microcontroller.activate(0);
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
        schedule.booted();
        pump();
    }

    /** Not even a reset helped, or there is no firmware. */
    void die(HeapException cause) {
        LOG.error("{} is dead: {}", name(), cause.getMessage());
        mode.on(Event.TIMED_OUT);
        dead = Optional.of(cause);
        registers.write(GpuRegister.MCU_CONTROL, GpuRegister.MCU_DISABLE);
        handshakes.forget();
        watchdog.cancel();
        schedule.each(group -> {
            group.end(GroupMachine.Event.LOSE, cause);
            group.afterReset();
        });
        normalWork.run();
    }

    /** Asks now and then whether the firmware lives; in protected mode that would end it. */
    private void watch() {
        watchdog.cancel();
        watchdog = timer.after(limits.ping(), () -> thread.run(() -> {
            if (mode.now() == GpuMode.NORMAL) {
                face.global().request(HostInterface.REQUEST, HostInterface.PING);
                ringBell();
                handshakes.await(face.global(), HostInterface.PING, limits.answer(), this::watch,
                        () -> mode.hang("the firmware does not answer"));
            } else if (mode.isRunning()) {
                watch();
            }
        }));
    }

    void ringBell() {
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
            mode.hearExit();
            handshakes.look();
            schedule.hear();
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
            mode.fault((status & GpuRegister.PROTM_FAULT) != 0);
        }
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
        watchdog.cancel();
        handshakes.forget();
        schedule.each(group -> group.beforeReset(cause));
    }

    private void resetDone() {
        mode.cancel();
        schedule.each(Group::afterReset);
        mode.on(Event.RESET);
        boot();
    }

    private Group newGroup(GroupSettings settings) {
        if (mode.isOff()) {
            throw dead.map(cause -> new HeapException(HeapError.FIRMWARE_DEAD, "create a group", name(), cause.why(),
                    cause.remedy(), cause)).orElseGet(this::stopped);
        }
        if (settings.isProtected() && !protectedMode.isReady()) {
            throw new HeapException(HeapError.UNAVAILABLE, "create a protected group", name(), protectedMode.obstacle()
                    .map(HeapException::getMessage).orElse("the heap of protected mode is not there"),
                    "wait until it is, or create one that is not protected");
        }
        if (schedule.size() == PanthorDriver.MOST_GROUPS) {
            throw new HeapException(HeapError.BUSY, "create a group", name(), "there are %d groups already".formatted(
                    PanthorDriver.MOST_GROUPS), "close one");
        }
        int number = 0;
        while (schedule.hasNumber(number)) {
            number++;
        }
        Group group = new Group(this, settings, groupMemory(number, settings.isProtected()));
        microcontroller.flush();
        schedule.add(group);
        return group;
    }

    private GroupMemory groupMemory(int number, boolean isProtected) {
        if (!isProtected) {
            return new GroupMemory(number, face, memory, microcontroller, new AddressSpace(registers, memory));
        }
        try {
            protectedMode.gain();
            RestrictedMemory restricted = protectedMode.allocate(protectedMode.heap().orElseThrow(),
                    "GPU suspend buffer", GroupMemory.protectedSuspend(number), face.protectedSuspendSize(), true);
            try {
                GroupMemory made = groupMemory(number, false);
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
            if (schedule.protectedGroups().isEmpty()) {
                protectedMode.release();
            }
        });
    }

    /** A group is no more. */
    void forget(Group group) {
        schedule.remove(group);
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
            mode.cancel();
            watchdog.cancel();
            handshakes.forget();
            ears.forEach(Listening::close);
            if (loaded) {
                standStill();
            }
            schedule.each(group -> {
                group.end(GroupMachine.Event.LOSE, stopped());
                group.afterReset();
            });
            normalWork.run();
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
