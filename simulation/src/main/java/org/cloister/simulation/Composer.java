// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.cloister.driver.panthor.Composition;
import org.cloister.driver.panthor.GpuGroup;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.GroupSettings;
import org.cloister.driver.panthor.GroupState;
import org.cloister.driver.panthor.internal.Limits;
import org.cloister.driver.panthor.internal.PanthorDriverComponent;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importers;
import org.cloister.importer.Mapping;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene;

/**
 * Composes protected pictures by the real driver of the GPU: makes groups and closes them, binds its heap and takes it
 * away, stops and starts the driver, and holds the GPU's clock. Checks that a composition that is done is what it should
 * be, that there is none in normal mode, that each one comes to an end, and that a driver that was closed has nothing any
 * more.
 */
final class Composer {
    private static final String NAME = "composer";
    private static final String DRIVER = "gpu";
    private static final int LONGEST_PAUSE_MILLIS = 800;
    private static final int SIDE = 32;
    private static final int MOST_GROUPS = 4;
    private static final int MOST_JOBS = 3;
    private static final long COLOURS = 0x00ff_ffff_00ff_ffffL; // a GPU writes nothing to the fourth byte of a pixel
    private static final Duration LONG = Duration.ofDays(1);
    private static final Limits LIMITS = Limits.standard(Duration.ofSeconds(10), Duration.ofSeconds(1));

    private final World world;
    private final SimulatedGpu gpu;
    private final Mappings mappings;
    private final SplittableRandom random;
    private final Heaps heaps;
    private final Importers importers;
    private final Content content;
    private final DriverUser user;
    private final List<GpuGroup> groups = new ArrayList<>();
    private PanthorDriverComponent driver;
    private Optional<Heap> bound = Optional.empty();

    Composer(World world, SimulatedGpu gpu, Mappings mappings, SplittableRandom random) {
        this.world = world;
        this.gpu = gpu;
        this.mappings = mappings;
        this.random = random;
        this.heaps = world.core().heaps(NAME);
        this.importers = world.core().importers(NAME);
        this.user = new DriverUser(NAME, world, random);
        this.content = new Content(world, importers, random);
    }

    private void start() {
        driver = new PanthorDriverComponent(gpu.wiring(), world.core().heaps(DRIVER),
                world.driversImporters(DRIVER, mappings), LIMITS, gpu.timer());
    }

    /** Composes until the run is over, then closes all, and waits for what was promised. */
    void run() {
        start();
        user.act(this::act, LONGEST_PAUSE_MILLIS);
        groups.forEach(GpuGroup::close);
        stop();
        user.conclude();
    }

    private void stop() {
        driver.close();
        bound = Optional.empty();
        groups.clear();
        if (!gpu.isAllGivenBack()) {
            world.found(new Violation(7, "the GPU's driver has stopped, and has memory of the normal world"));
        }
    }

    private void act() {
        if (driver.readiness().mode() == GpuMode.DEAD) {
            restart();
            return;
        }
        switch (random.nextInt(24)) {
            case 0 -> {
                if (random.nextInt(3) == 0) {
                    restart();
                }
            }
            case 1 -> bind();
            case 2, 3 -> close();
            case 4, 5, 6 -> gpu.hold();
            case 7, 8, 9 -> make();
            default -> compose();
        }
    }

    /** With its bundle, or without. */
    private void restart() {
        world.trace().note("restart gpu");
        stop();
        if (random.nextBoolean()) {
            world.hooks().stop(DRIVER, world.core());
        }
        start();
    }

    /** As a framework does: the heap comes once it is there, and goes now and then. */
    private void bind() {
        if (bound.isPresent()) {
            driver.unbindHeap(bound.get());
            bound = Optional.empty();
        } else {
            bound = world.core().heaps(DRIVER).find(World.VIDEO);
            bound.ifPresent(driver::bindHeap);
        }
    }

    private void close() {
        if (!groups.isEmpty()) {
            groups.remove(random.nextInt(groups.size())).close();
        }
    }

    private void make() {
        if (bound.isEmpty()) {
            bind();
        }
        if (groups.size() < MOST_GROUPS) {
            GpuGroup group = driver.createGroup(new GroupSettings(random.nextInt(4) > 0, random.nextInt(4)));
            world.trace().note("group");
            groups.add(group);
        }
    }

    private void compose() {
        groups.removeIf(group -> {
            boolean lost = group.state() == GroupState.LOST;
            if (lost) {
                world.trace().note("lost " + group.failure().map(HeapException::error));
                group.close();
            }
            return lost;
        });
        if (groups.isEmpty() || user.open() >= MOST_JOBS) {
            make();
            return;
        }
        GpuGroup group = groups.get(random.nextInt(groups.size()));
        int height = SIDE * (1 + random.nextInt(2)); // one page, or two
        var format = new PictureFormat(PixelFormat.XRGB8888, SIDE, height, ColourCoding.BT601_LIMITED);
        Heap heap = heaps.find(World.VIDEO).orElseThrow(() -> new HeapException(HeapError.NO_SUCH_HEAP, "find",
                World.VIDEO, "nobody serves it yet", "wait"));
        long stamp = random.nextLong() | 1;
        DmaBuf target = heap.allocate(format.size());
        try {
            content.filled(heap, format.size(), stamp, source -> {
                Fence done = group.compose(new Composition(target, SIDE, height, 0, List.of(new Composition.Layer(source,
                        format, new Scene.Area(0, 0, SIDE, height), 255))));
                if (!group.settings().isProtected()) {
                    world.found(new Violation(1, "restricted memory was not refused to a GPU in normal mode"));
                }
                user.promised(done);
                done.onSignal(() -> over(done, target, format.size(), stamp & COLOURS));
            });
        } catch (HeapException e) {
            target.close();
            throw e;
        }
    }

    private void over(Fence done, DmaBuf target, long size, long expected) {
        world.trace().note("composition" + done.failure().map(e -> " fails " + e.error()).orElse(" is done"));
        if (done.failure().isPresent()) {
            target.close();
            return;
        }
        Fence checked = new Fence("look at what " + done + " has made");
        user.promised(checked);
        world.scheduler().start("reader", () -> {
            try (target) {
                look(target, size, done, expected);
            } catch (HeapException e) {
                world.trace().note("composition not seen " + e.error());
            }
            checked.signal();
        });
    }

    private void look(DmaBuf target, long size, Fence done, long expected) {
        Device reader = world.writer(target.record().useCase());
        try (Attachment attachment = importers.attach(target, reader, Access.READ_WRITE)) {
            for (boolean seen = false; !seen;) {
                int told = reader.told(target.id());
                try (Mapping mapping = attachment.map(Access.READ_WRITE, LONG)) {
                    if (told == reader.told(target.id())) {
                        seen = true;
                        compare(reader, mapping, size, done, expected);
                    }
                }
            }
        }
    }

    private void compare(Device reader, Mapping mapping, long size, Fence done, long expected) {
        for (MemoryRange range : MemoryRange.of(mapping, size)) {
            for (long address = range.address(); address < range.address() + range.length(); address += Block.PAGE) {
                long found = reader.memory().readLong(address);
                if (found != expected) {
                    world.found(new Violation(5, "0x%x of %s has 0x%x in it, and not 0x%x".formatted(address, done, found,
                            expected)));
                }
            }
        }
    }
}
