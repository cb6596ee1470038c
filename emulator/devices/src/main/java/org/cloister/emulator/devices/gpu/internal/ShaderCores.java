// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.cloister.emulator.devices.RenderedJob;
import org.cloister.emulator.devices.picture.internal.Compositor;
import org.cloister.platform.mali.ComposeJob;
import org.cloister.platform.mali.HostInterface;

/** Runs jobs. What they compute with is gone when they are done. For the GPU's thread. */
final class ShaderCores {
    private static final long MOST_BYTES = 256L << 20;
    private static final ValueLayout.OfInt PIXEL = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final VirtualMemory memory;
    private final Consumer<RenderedJob> analysers;

    ShaderCores(VirtualMemory memory, Consumer<RenderedJob> analysers) {
        this.memory = memory;
        this.analysers = analysers;
    }

    /**
     * Runs the job that is described at an address.
     *
     * @throws GpuFault when there is none, or it leads to where nothing is mapped
     * @throws org.cloister.platform.BusFault when the firewall blocks it
     */
    void run(int space, long address, boolean protectedMode) {
        ComposeJob job = fetch(space, address);
        List<MemorySegment> sources = new ArrayList<>();
        for (ComposeJob.Layer layer : job.layers()) {
            MemorySegment source = MemorySegment.ofArray(new byte[(int) layer.format().size()]);
            memory.read(space, layer.address(), source);
            sources.add(source);
        }
        analysers.accept(new RenderedJob(job, protectedMode, sources.stream().map(MemorySegment::asReadOnly).toList()));
        memory.write(space, job.target(), compose(job, sources));
    }

    private ComposeJob fetch(int space, long address) {
        byte[] bytes = new byte[ComposeJob.MAX_BYTES];
        memory.read(space, address, MemorySegment.ofArray(bytes));
        try {
            ComposeJob job = ComposeJob.decode(MemorySegment.ofArray(bytes));
            boolean tooLarge = (long) job.width() * job.height() * Integer.BYTES > MOST_BYTES
                    || job.layers().stream().anyMatch(layer -> layer.format().size() > MOST_BYTES);
            if (!tooLarge) {
                return job;
            }
        } catch (IllegalArgumentException none) {
            throw new GpuFault(HostInterface.INVALID_INSTRUCTION, space, address, false);
        }
        throw new GpuFault(HostInterface.INVALID_INSTRUCTION, space, address, false);
    }

    private static MemorySegment compose(ComposeJob job, List<MemorySegment> sources) {
        int[] pixels = new int[job.width() * job.height()];
        Arrays.fill(pixels, job.background());
        Compositor compositor = new Compositor(job.width());
        for (int i = 0; i < sources.size(); i++) {
            ComposeJob.Layer layer = job.layers().get(i);
            compositor.blend(pixels, layer.format(), sources.get(i).toArray(ValueLayout.JAVA_BYTE), layer.area(),
                    layer.opacity());
        }
        MemorySegment result = MemorySegment.ofArray(new byte[pixels.length * Integer.BYTES]);
        MemorySegment.copy(MemorySegment.ofArray(pixels), ValueLayout.JAVA_INT, 0, result, PIXEL, 0, pixels.length);
        return result;
    }
}
