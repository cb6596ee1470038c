// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.display.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.cloister.emulator.devices.FetchedPicture;
import org.cloister.emulator.devices.Panel;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.emulator.devices.picture.internal.Compositor;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.device.DisplayEvent;
import org.cloister.platform.device.DisplayListener;
import org.cloister.platform.device.DisplayPipe;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.Scene;
import org.cloister.platform.device.Scene.Area;
import org.cloister.platform.device.Scene.Plane;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches scenes and overlays as its own initiator, composes them and sends them to the panel, on a thread of its own,
 * one after the other.
 */
final class Pipe implements DisplayPipe, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pipe.class);
    private static final int MAX_PLANES = 4;
    private static final String SHOW = "show a scene";

    private final Dma dma;
    private final boolean canProtect;
    private final PanelModel panel;
    private final Compositor compositor;
    private final ExecutorService thread;
    private final Queue<Job> jobs = new ArrayDeque<>(); // guarded by itself
    private boolean gone; // guarded by jobs
    private volatile Runnable protectionListener = () -> { };
    private final Object link = new Object(); // taken before the panel's
    private boolean tapped; // guarded by link, as are those below
    private int[] below; // what scenes have drawn; an array never changes once it is here
    private Optional<Overlay> above = Optional.empty();

    /** An overlay of no plane takes the overlay away. */
    private record Job(long cookie, boolean overlay, Scene scene, DisplayListener listener) {}

    private record Overlay(int[] pixels, Area area) {}

    private record Miss(int plane, BusFault fault) {}

    Pipe(Dma dma, boolean isProtected, PanelModel panel) {
        this.dma = dma;
        this.canProtect = isProtected;
        this.panel = panel;
        this.below = new int[panel.width() * panel.height()];
        this.compositor = new Compositor(panel.width());
        this.thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("cloister " + initiator().name()).factory());
        panel.onTap(this::tapped);
    }

    /** Somebody is, or no longer is, at the way to the panel. */
    private void tapped(boolean now) {
        synchronized (link) {
            if (tapped == now) {
                return;
            }
            tapped = now;
            if (now && canProtect) {
                below = new int[width() * height()];
                above = Optional.empty();
                panel.show(below);
            }
        }
        synchronized (jobs) {
            if (canProtect && !gone) {
                thread.execute(() -> protectionListener.run());
            }
        }
    }

    Panel panel() {
        return panel;
    }

    @Override
    public String name() {
        return initiator().name();
    }

    @Override
    public Initiator initiator() {
        return dma.memory().initiator();
    }

    @Override
    public boolean isProtected() {
        synchronized (link) {
            return canProtect && !tapped;
        }
    }

    @Override
    public void onProtectionChange(Runnable listener) {
        protectionListener = listener;
    }

    @Override
    public int width() {
        return panel.width();
    }

    @Override
    public int height() {
        return panel.height();
    }

    @Override
    public int maxPlanes() {
        return MAX_PLANES;
    }

    @Override
    public void show(long cookie, Scene scene, DisplayListener listener) {
        queue(new Job(cookie, false, scene, listener));
    }

    @Override
    public void overlay(long cookie, Optional<Plane> plane, DisplayListener listener) {
        queue(new Job(cookie, true, new Scene(plane.stream().toList(), plane.isPresent()), listener));
    }

    private void queue(Job job) {
        check(job.scene());
        synchronized (jobs) {
            if (gone) {
                throw new HeapException(HeapError.CLOSED, SHOW, name(), "the board is off",
                        "wait for the device to come back");
            }
            if (jobs.size() >= QUEUE_DEPTH) {
                throw new HeapException(HeapError.BUSY, SHOW, name(),
                        "%d scenes are waiting already".formatted(QUEUE_DEPTH), "wait for an event");
            }
            jobs.add(job);
            thread.execute(this::run);
        }
    }

    private void check(Scene scene) {
        if (scene.planes().size() > MAX_PLANES) {
            throw invalid("it has %d planes and the pipe %d".formatted(scene.planes().size(), MAX_PLANES));
        }
        for (Plane plane : scene.planes()) {
            if (!plane.destination().isWithin(width(), height())) {
                throw invalid("%s leaves the panel of %dx%d".formatted(plane.destination(), width(), height()));
            }
            dma.requireFollowable(SHOW, plane.memory());
            if (MemoryRange.total(plane.memory()) < plane.format().size()) {
                throw invalid("a picture of %s does not fit into %d bytes"
                        .formatted(plane.format(), MemoryRange.total(plane.memory())));
            }
        }
    }

    private HeapException invalid(String why) {
        return new HeapException(HeapError.INVALID_ARGUMENT, SHOW, name(), why, "correct the scene");
    }

    private void run() {
        Job job;
        synchronized (jobs) {
            job = jobs.poll();
        }
        if (job == null) {
            return;
        }
        try {
            tell(job, scanOut(job));
        } catch (RuntimeException e) {
            LOG.error("{} broke down", name(), e);
            tell(job, new DisplayEvent.GivenUp(job.cookie()));
        }
    }

    private DisplayEvent scanOut(Job job) {
        boolean wanted = !job.scene().needsProtection() || isProtected();
        int[] pixels = new int[width() * height()];
        Optional<Miss> miss = Optional.empty();
        List<Plane> planes = wanted ? job.scene().planes() : List.of();
        for (int i = 0; i < planes.size(); i++) {
            Optional<BusFault> fault = fetch(pixels, job.overlay(), i, planes.get(i));
            int index = i;
            miss = miss.or(() -> fault.map(cause -> new Miss(index, cause)));
        }
        OptionalLong sequence = present(job, pixels);
        if (sequence.isEmpty()) {
            return new DisplayEvent.Unprotected(job.cookie(), panel.shown());
        }
        return miss.<DisplayEvent>map(
                        m -> new DisplayEvent.Blocked(job.cookie(), sequence.getAsLong(), m.plane(), m.fault()))
                .orElseGet(() -> new DisplayEvent.Shown(job.cookie(), sequence.getAsLong()));
    }

    /** Sends pixels down the wires, unless they need protection and somebody is there: looks and sends in one. */
    private OptionalLong present(Job job, int[] pixels) {
        synchronized (link) {
            boolean withheld = job.scene().needsProtection() && !isProtected();
            if (job.overlay()) {
                above = withheld ? Optional.empty()
                        : job.scene().planes().stream().findFirst().map(plane -> new Overlay(pixels, plane.destination()));
            } else {
                below = withheld ? new int[pixels.length] : pixels;
            }
            long sequence = panel.show(composed());
            return withheld ? OptionalLong.empty() : OptionalLong.of(sequence);
        }
    }

    private int[] composed() {
        if (above.isEmpty()) {
            return below;
        }
        int[] both = below.clone();
        Area area = above.get().area();
        for (int row = area.y(); row < area.y() + area.height(); row++) {
            int from = row * width() + area.x();
            System.arraycopy(above.get().pixels(), from, both, from, area.width());
        }
        return both;
    }

    private Optional<BusFault> fetch(int[] pixels, boolean overlay, int index, Plane plane) {
        byte[] content = new byte[Math.toIntExact(plane.format().size())];
        try {
            dma.gather(plane.memory(), MemorySegment.ofArray(content));
        } catch (BusFault fault) {
            compositor.blacken(pixels, plane.destination());
            return Optional.of(fault);
        }
        panel.fetched(new FetchedPicture(
                panel.shown() + 1, overlay, index, plane.format(), MemorySegment.ofArray(content).asReadOnly()));
        compositor.draw(pixels, plane.format(), content, plane.destination());
        return Optional.empty();
    }

    private void tell(Job job, DisplayEvent event) {
        try {
            job.listener().on(event);
        } catch (RuntimeException e) {
            LOG.warn("{}: the listener of a scene failed on {}", name(), event, e);
        }
    }

    /** Gives up the scenes that wait, lets one that is being shown finish, and ends the thread. Idempotent. */
    @Override
    public void close() {
        panel.onTap(now -> { });
        List<Job> waiting;
        synchronized (jobs) {
            gone = true;
            waiting = List.copyOf(jobs);
            jobs.clear();
        }
        waiting.forEach(job -> tell(job, new DisplayEvent.GivenUp(job.cookie())));
        thread.close();
    }
}
