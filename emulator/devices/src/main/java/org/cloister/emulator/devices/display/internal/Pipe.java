// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.display.internal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.cloister.emulator.devices.FetchedPicture;
import org.cloister.emulator.devices.Panel;
import org.cloister.emulator.devices.internal.BusDevice;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.emulator.devices.internal.WorkQueue;
import org.cloister.emulator.devices.picture.internal.Compositor;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.device.DisplayEvent;
import org.cloister.platform.device.DisplayListener;
import org.cloister.platform.device.DisplayPipe;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.Scene.Area;
import org.cloister.platform.device.Scene.Plane;
import org.cloister.platform.device.Scene;

/**
 * Fetches scenes and overlays as its own initiator, composes them and sends them to the panel, on a thread of its own,
 * one after the other.
 */
final class Pipe implements DisplayPipe, AutoCloseable {
    private static final int MAX_PLANES = 4;
    private static final String SHOW = "show a scene";

    private final BusDevice device;
    private final boolean canProtect;
    private final PanelModel panel;
    private final Compositor compositor;
    private final WorkQueue<Job> jobs;
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
        this.device = new BusDevice(panel.name(), dma);
        this.canProtect = isProtected;
        this.panel = panel;
        this.below = new int[panel.width() * panel.height()];
        this.compositor = new Compositor(panel.width());
        this.jobs = new WorkQueue<>(device, "scenes", QUEUE_DEPTH, job -> device.tell(job.listener()::on, result(job)));
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
        if (canProtect) {
            device.run(() -> protectionListener.run());
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
        return device.initiator();
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
        jobs.add(SHOW, job, device::off);
    }

    private void check(Scene scene) {
        if (scene.planes().size() > MAX_PLANES) {
            throw invalid("it has %d planes and the pipe %d".formatted(scene.planes().size(), MAX_PLANES));
        }
        for (Plane plane : scene.planes()) {
            if (!plane.destination().isWithin(width(), height())) {
                throw invalid("%s leaves the panel of %dx%d".formatted(plane.destination(), width(), height()));
            }
            device.dma().requireFollowable(SHOW, plane.memory());
            if (MemoryRange.total(plane.memory()) < plane.format().size()) {
                throw invalid("a picture of %s does not fit into %d bytes"
                        .formatted(plane.format(), MemoryRange.total(plane.memory())));
            }
        }
    }

    private HeapException invalid(String why) {
        return new HeapException(HeapError.INVALID_ARGUMENT, SHOW, name(), why, "correct the scene");
    }

    private DisplayEvent result(Job job) {
        try {
            return scanOut(job);
        } catch (RuntimeException e) {
            device.brokeDown(e);
            return new DisplayEvent.GivenUp(job.cookie());
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
            device.dma().gather(plane.memory(), MemorySegment.ofArray(content));
        } catch (BusFault fault) {
            compositor.blacken(pixels, plane.destination());
            return Optional.of(fault);
        }
        panel.fetched(new FetchedPicture(
                panel.shown() + 1, overlay, index, plane.format(), MemorySegment.ofArray(content).asReadOnly()));
        compositor.draw(pixels, plane.format(), content, plane.destination());
        return Optional.empty();
    }

    /** Gives up the scenes that wait, lets one that is being shown finish, and ends the thread. Idempotent. */
    @Override
    public void close() {
        panel.onTap(now -> { });
        jobs.close(job -> device.tell(job.listener()::on, new DisplayEvent.GivenUp(job.cookie())), device::end);
    }
}
