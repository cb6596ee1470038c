// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloister.driver.panthor.Composition;
import org.cloister.heap.Access;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importers;
import org.cloister.importer.Mapping;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.driver.DeviceImporter;
import org.cloister.platform.driver.Patience;
import org.cloister.platform.driver.PromptMapping;
import org.cloister.platform.mali.ComposeJob;
import org.cloister.platform.mali.TranslationTable;

/** A composition on its way. For the driver's thread, but for {@link #done} and {@link #awaitDevice}. */
final class Job {
    private static final long FIRST_LAYER = 0x10_0000_0000L;
    private static final long LAYER_STRIDE = 0x1_0000_0000L;
    private static final long TARGET = 0x80_0000_0000L;

    private final Composition composition;
    private final DeviceImporter sources;
    private final DeviceImporter targets;
    private final List<Attachment> attachments = new ArrayList<>(); // of the layers, then of the target
    private final List<Mapping> mappings = new ArrayList<>();
    private final List<Fence> writers = new ArrayList<>();
    private final List<Fence> users;
    private final Fence done;
    private final Patience patience;
    private volatile boolean atDevice;

    /**
     * Attaches all buffers, or none, and announces the GPU as their reader or writer.
     *
     * @param settle returns when the driver knows of all that has begun
     * @param patience how long core waits for the GPU then
     * @throws HeapException what importers say
     */
    Job(String name, Composition composition, Importers importers, DeviceImporter sources, DeviceImporter targets,
            Runnable settle, Patience patience) {
        this.composition = composition;
        this.sources = sources;
        this.targets = targets;
        this.done = new Fence(name);
        this.patience = patience;
        try {
            for (Composition.Layer layer : composition.layers()) {
                attach(importers.attach(layer.source(), sources, Access.READ), sources, settle);
            }
            attach(importers.attach(composition.target(), targets, Access.WRITE), targets, settle);
        } catch (HeapException e) {
            detach();
            throw e;
        }
        for (Attachment layer : attachments.subList(0, composition.layers().size())) {
            writers.addAll(layer.reservation().pending(Fence.Usage.WRITE));
            layer.reservation().add(done, Fence.Usage.READ);
        }
        Attachment target = attachments.getLast();
        users = target.reservation().pending(Fence.Usage.READ).stream().filter(fence -> fence != done).toList();
        target.reservation().add(done, Fence.Usage.WRITE);
    }

    private void attach(Attachment attachment, DeviceImporter importer, Runnable settle) {
        attachments.add(attachment);
        importer.use(attachment, reason -> {
            settle.run();
            awaitDevice();
        });
    }

    Fence done() {
        return done;
    }

    /** Who has to be done before the GPU may begin. */
    List<Fence> before() {
        List<Fence> all = new ArrayList<>(writers);
        all.addAll(users);
        return all;
    }

    boolean isReady() {
        return writers.stream().allMatch(Fence::isSignalled) && users.stream().allMatch(Fence::isSignalled)
                && movers().isEmpty();
    }

    /** Who moves a buffer, and is not done yet. */
    List<Fence> movers() {
        return PromptMapping.movers(attachments.stream());
    }

    /** Why there is nothing to be composed, if a layer was not written. */
    Optional<HeapException> failedWriter() {
        return writers.stream().flatMap(fence -> fence.failure().stream()).findFirst();
    }

    /**
     * Maps the buffers for the GPU, and describes the work; nothing, and no buffer is mapped, while one of them is
     * being moved. The space is to be flushed.
     */
    Optional<ComposeJob> begin(AddressSpace space) {
        atDevice = true;
        if (!map(space)) {
            unmap(space);
            close();
            atDevice = false;
            return Optional.empty();
        }
        List<ComposeJob.Layer> layers = new ArrayList<>();
        for (int i = 0; i < composition.layers().size(); i++) {
            Composition.Layer layer = composition.layers().get(i);
            layers.add(new ComposeJob.Layer(address(i), layer.format(), layer.area(), layer.opacity()));
        }
        return Optional.of(new ComposeJob(
                TARGET, composition.width(), composition.height(), composition.background(), layers));
    }

    private boolean map(AddressSpace space) {
        for (int i = 0; i < attachments.size(); i++) {
            Access access = isTarget(i) ? Access.WRITE : Access.READ;
            Optional<Mapping> mapping = PromptMapping.of(attachments.get(i), access);
            if (mapping.isEmpty()) {
                return false;
            }
            mappings.add(mapping.get());
            space.map(address(i), MemoryRange.of(mapping.get(), size(i)), access.writes());
        }
        return true;
    }

    /** Takes the buffers from the GPU. The space is to be flushed. */
    void unmap(AddressSpace space) {
        for (int i = 0; i < mappings.size(); i++) {
            space.unmap(address(i), size(i));
        }
    }

    private boolean isTarget(int i) {
        return i == composition.layers().size();
    }

    private long address(int i) {
        return isTarget(i) ? TARGET : FIRST_LAYER + i * LAYER_STRIDE;
    }

    private long size(int i) {
        return pages((isTarget(i) ? composition.format() : composition.layers().get(i).format()).size());
    }

    private static long pages(long size) {
        return size + TranslationTable.PAGE - 1 & -TranslationTable.PAGE;
    }

    /** Waits until the GPU has done what it was given; at once when it was given nothing. For any thread. */
    private void awaitDevice() {
        if (atDevice) {
            patience.await(done);
        }
    }

    /** Lets go of the buffers: the GPU does not reach them any more. */
    void release() {
        close();
        detach();
    }

    private void close() {
        mappings.forEach(Mapping::close);
        mappings.clear();
    }

    private void detach() {
        for (int i = 0; i < attachments.size(); i++) {
            (i == composition.layers().size() ? targets : sources).detach(attachments.get(i));
        }
        attachments.clear();
    }
}
