// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.cloister.driver.codec.Frame;
import org.cloister.driver.panthor.Composition;
import org.cloister.driver.panthor.GpuGroup;
import org.cloister.driver.panthor.GroupSettings;
import org.cloister.emulator.devices.Panel.Clip;
import org.cloister.emulator.devices.RenderedJob;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.Scene.Area;
import org.cloister.player.probe.internal.Prober;
import org.cloister.player.probe.internal.Stage;

/**
 * Has pictures turned into what a display scans out, by a GPU in protected mode, in restricted memory; attacks them while
 * the GPU has them, and keeps what the bench saw, so that the result can be checked. Neither decoder nor display wait
 * here: the fences of the buffers order all three. Pictures are composed from one thread.
 */
final class Composer implements AutoCloseable {
    private static final int TARGETS = 3;
    private static final int OPAQUE = 255;

    private final Heap heap;
    private final GpuStage gpu;
    private final Prober prober;
    private final GpuGroup group;
    private final Clip analyser;
    private final long entriesBefore;
    private final ConcurrentLinkedQueue<List<Long>> atTheGpu = new ConcurrentLinkedQueue<>(); // buffers, in order
    private final ConcurrentLinkedQueue<Seen> seen = new ConcurrentLinkedQueue<>(); // in order
    private final List<DmaBuf> targets = new ArrayList<>();
    private CompositionReference reference; // for the GPU's thread
    private long turn;

    /** A picture as the GPU got it, and what it is to become. */
    private record Seen(byte[] source, byte[] expected) {}

    /**
     * A picture that was shown.
     *
     * @param source as the decoder wrote it
     * @param exact whether the display fetched what it had to be turned into, bit by bit
     */
    record Checked(MemorySegment source, boolean exact) {}

    /** Composes in memory of a heap that the GPU reaches in protected mode. */
    Composer(Heap heap, GpuStage gpu, Prober prober) {
        this.heap = heap;
        this.gpu = gpu;
        this.prober = prober;
        this.entriesBefore = gpu.leads().protectedEntries();
        this.group = gpu.driver().createGroup(new GroupSettings(true, GroupSettings.MAX_PRIORITY));
        this.analyser = gpu.leads().analyse(this::rendered);
    }

    /** Has a picture composed; what comes back is to be shown, and may be at once. */
    DmaBuf compose(Frame frame) {
        PictureFormat format = frame.format();
        Composition wanted = composition(frame, target(format));
        DmaBuf target = wanted.target();
        prober.learn(target, gpu.driver().targetImporter(true), Access.WRITE);
        atTheGpu.add(List.of(frame.buffer().id(), target.id()));
        Fence done = group.compose(wanted);
        done.onSignal(() -> {
            if (done.failure().isEmpty()) {
                prober.onTheBus(Stage.COMPOSED, target.id());
            }
        });
        return target;
    }

    private static Composition composition(Frame frame, DmaBuf target) {
        PictureFormat format = frame.format();
        return new Composition(target, format.width(), format.height(), 0, List.of(new Composition.Layer(
                frame.buffer(), format, new Area(0, 0, format.width(), format.height()), OPAQUE)));
    }

    /** The next buffer in turn; the GPU waits by itself until the display is done with it. */
    private DmaBuf target(PictureFormat format) {
        long size = (long) format.width() * format.height() * Integer.BYTES;
        if (!targets.isEmpty() && targets.getFirst().size() < size) {
            releaseTargets();
        }
        if (targets.size() < TARGETS) {
            targets.add(heap.allocate(AllocationRequest.of(size).named("composed picture")));
            return targets.getLast();
        }
        return targets.get((int) (turn++ % TARGETS));
    }

    private void releaseTargets() {
        targets.forEach(target -> {
            prober.forget(target.id());
            target.close();
        });
        targets.clear();
    }

    /** The GPU has read a picture; on its thread, in protected mode. */
    private void rendered(RenderedJob job) {
        Optional.ofNullable(atTheGpu.poll()).ifPresent(buffers ->
                buffers.forEach(buffer -> prober.onTheBus(Stage.COMPOSING, buffer)));
        PictureFormat format = job.job().layers().getFirst().format();
        reference = CompositionReference.of(reference, format.colour());
        MemorySegment source = job.sources().getFirst();
        seen.add(new Seen(source.toArray(ValueLayout.JAVA_BYTE),
                job.protectedMode() ? reference.compose(format, source) : new byte[0]));
    }

    /** What the display fetched next. */
    Checked check(MemorySegment fetched) {
        return Optional.ofNullable(seen.poll())
                .map(picture -> new Checked(MemorySegment.ofArray(picture.source()),
                        Arrays.equals(picture.expected(), fetched.toArray(ValueLayout.JAVA_BYTE))))
                .orElseGet(() -> new Checked(fetched, false));
    }

    /** How often protected mode was entered meanwhile. */
    long entries() {
        return gpu.leads().protectedEntries() - entriesBefore;
    }

    /** The initiator that the GPU is in protected mode. */
    String initiator() {
        return gpu.driver().targetImporter(true).initiator();
    }

    /** Gives everything back. */
    @Override
    public void close() {
        group.close();
        analyser.close();
        releaseTargets();
    }
}
