// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.cloister.core.internal.SimulatedCore;
import org.cloister.heap.Access;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importers;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;

/**
 * A bundle that uses heaps: finds, allocates, attaches, has a device write and read, tries what it must not, lets go.
 * Checks what it is promised (look-ups, content, quota).
 */
final class Client {
    private static final int MOST_BUFFERS = 6;
    private static final long PAGE = 4096;
    private static final int[] PAGES = {1, 1, 2, 3, 5, 16, 64, 300, 700};
    private static final Duration PATIENCE = SimulatedCore.CALL_LIMIT.plus(SimulatedCore.INVALIDATE_LIMIT);
    private static final Duration LONG = Duration.ofDays(1);

    private final String bundle;
    private final World world;
    private final SplittableRandom random;
    private final Consumer<Violation> findings;
    private final List<Held> held = new ArrayList<>();
    private Heaps heaps;
    private Importers importers;
    private int life;
    private boolean stopping;

    /** A buffer, and what was done with it. */
    private static final class Held {
        private final DmaBuf buffer;
        private final Attachment attachment;
        private final Device device;
        private long stamp;

        Held(DmaBuf buffer, Attachment attachment, Device device) {
            this.buffer = buffer;
            this.attachment = attachment;
            this.device = device;
        }
    }

    Client(String bundle, World world, SplittableRandom random) {
        this.bundle = bundle;
        this.world = world;
        this.random = random;
        this.findings = world::found;
        obtain();
    }

    String bundle() {
        return bundle;
    }

    private void obtain() {
        heaps = world.hooks().heaps(world.core().heaps(bundle));
        importers = world.hooks().importers(world.core().importers(bundle));
    }

    /** The bundle stops, and is started again. What it holds is core's to release. */
    void restart() {
        life++;
        stopping = true;
        held.forEach(one -> world.ledger().forget(one.buffer.id()));
        List<Held> left = List.copyOf(held);
        held.clear();
        world.hooks().stop(bundle, world.core());
        obtain();
        stopping = false;
        world.scheduler().start("inspector", () -> inspect(left));
        life++; // what began meanwhile was with what the bundle had before
    }

    /** What the bundle left is released in the end, however slow devices are. */
    private void inspect(List<Held> left) {
        world.scheduler().pause(PATIENCE.toNanos());
        for (Held one : left) {
            if (one.buffer.state() == BufferState.LIVE) {
                findings.accept(new Violation(7, "%s was stopped, and its buffer %d is still there".formatted(bundle,
                        one.buffer.id())));
            }
        }
    }

    /** Works until the run is over, then lets go of all it has. */
    void run() {
        while (!world.isEnding()) {
            int before = life;
            try {
                act();
            } catch (HeapException e) {
                world.trace().note(bundle + " refused " + e.error());
                judge(e, before);
            }
            if (random.nextInt(8) == 0) {
                world.scheduler().pause(Duration.ofMillis(1 + random.nextInt(800)).toNanos());
            } else {
                world.scheduler().yield();
            }
        }
        while (!held.isEmpty()) {
            letGo(held.getLast());
        }
    }

    private void judge(HeapException e, int before) {
        if (e.error() == HeapError.CLOSED && before == life && !stopping && !world.isEnding()) {
            findings.accept(new Violation(7, bundle + " runs, and is told: " + e.getMessage()));
        }
    }

    private void act() {
        if (held.isEmpty() || held.size() < MOST_BUFFERS && random.nextInt(3) == 0) {
            allocate();
            return;
        }
        Held one = held.get(random.nextInt(held.size()));
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> use(one, true);
            case 3, 4 -> use(one, false);
            case 5 -> misuse(one);
            case 6 -> letGo(one);
            default -> ask();
        }
    }

    private Heap find() {
        String name = world.heaps().get(random.nextInt(world.heaps().size()));
        return heaps.find(name).orElseThrow(() -> {
            if (world.wasServed(name)) {
                findings.accept(new Violation(4, "heap " + name + " was there once, and is not found"));
            }
            return new HeapException(HeapError.NO_SUCH_HEAP, "find", name, "it was never served", "wait");
        });
    }

    private void allocate() {
        Heap heap = find();
        int began = life;
        long size = PAGES[random.nextInt(PAGES.length)] * PAGE - random.nextInt(2);
        DmaBuf buffer;
        try {
            buffer = heap.allocate(size);
        } catch (HeapException e) {
            world.trace().note(bundle + " gets none of " + heap.name() + " " + e.error(), size);
            boolean nobody = e.error() == HeapError.UNAVAILABLE || e.error() == HeapError.DRAINING;
            boolean byCore = e.which().equals("heap " + heap.name()); // else the backend's own trouble
            if (nobody && byCore && world.isAnchored(heap.name()) && !world.isEnding()) {
                findings.accept(new Violation(4, "a backend serves " + heap.name() + " all the time, and " + bundle
                        + " is told: " + e.getMessage()));
            }
            throw e;
        }
        world.trace().note(bundle + " gets a buffer of " + heap.name(), buffer.id(), size);
        if (buffer.size() < size) {
            findings.accept(new Violation(9, "asked for " + size + " bytes, got " + buffer.size()));
        }
        Device device = world.writer(heap.useCase());
        try {
            Attachment attachment = importers.attach(buffer, device, Access.READ_WRITE);
            if (began == life) {
                held.add(new Held(buffer, attachment, device));
                quota();
            }
        } catch (HeapException e) {
            buffer.close();
            throw e;
        }
    }

    private void quota() {
        long limit = world.quotas().getOrDefault(bundle, Long.MAX_VALUE);
        long sum = held.stream().filter(one -> !one.device.lost(one.buffer.id())).mapToLong(one -> one.buffer.size()).sum();
        if (sum > limit) {
            findings.accept(new Violation(7, bundle + " has " + sum + " bytes, and its quota is " + limit));
        }
    }

    /** The device writes a stamp to each page, or looks for it. */
    private void use(Held one, boolean write) {
        int began = life;
        int told = one.device.told(one.buffer.id());
        try (Mapping mapping = one.attachment.map(Access.READ_WRITE, LONG)) {
            if (told != one.device.told(one.buffer.id()) || began != life || !held.contains(one)) {
                return; // it was moved or revoked while we waited
            }
            List<Range> pieces = new ArrayList<>();
            for (SegmentCursor at = mapping.cursor(); at.next();) {
                pieces.add(new Range(at.address(), at.length()));
            }
            var entry = new Ledger.Entry(one.buffer.id(), one.buffer.record().useCase(), pieces, one.stamp);
            world.ledger().shown(entry);
            world.trace().note(bundle + (write ? " writes" : " reads"), one.buffer.id(), pieces.getFirst().base());
            if (write) {
                one.stamp = random.nextLong() | 1;
                entry.stamp(one.stamp);
            }
            for (Range piece : pieces) {
                transfer(one, piece, write);
            }
            world.scheduler().yield();
        }
    }

    private void transfer(Held one, Range piece, boolean write) {
        for (long at = piece.base(); at < piece.base() + piece.size(); at += PAGE) {
            if (write) {
                one.device.memory().writeLong(at, one.stamp);
            } else if (one.stamp != 0 && one.device.memory().readLong(at) != one.stamp) {
                findings.accept(new Violation(5, "buffer %d has lost its content at 0x%x".formatted(
                        one.buffer.id(), at)));
            }
        }
    }

    /** What must be refused. */
    private void misuse(Held one) {
        if (!one.buffer.record().restricted()) {
            return;
        }
        int began = life;
        int way = random.nextInt(4);
        try {
            switch (way) {
                case 0 -> one.buffer.read(0, MemorySegment.ofArray(new byte[8]));
                case 1 -> one.buffer.map(Access.READ, Duration.ZERO);
                case 2 -> one.buffer.write(one.buffer.size() - 4, MemorySegment.ofArray(new byte[8]));
                default -> importers.attach(one.buffer, world.stranger(), Access.READ);
            }
        } catch (HeapException e) {
            return;
        }
        if (began == life) {
            findings.accept(new Violation(way == 2 ? 9 : 1, bundle + " was not refused misuse " + way + " of buffer "
                    + one.buffer.id()));
        }
    }

    private void ask() {
        Heap heap = find();
        heap.usage();
        heaps.explain(heap.name());
        if (random.nextInt(8) == 0) {
            heap.retryQuarantined();
        }
    }

    private void letGo(Held one) {
        held.remove(one);
        world.ledger().forget(one.buffer.id());
        world.trace().note(bundle + " lets go", one.buffer.id());
        one.attachment.close();
        one.buffer.close();
    }
}
