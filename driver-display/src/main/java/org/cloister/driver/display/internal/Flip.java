// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.cloister.driver.display.Layer;
import org.cloister.heap.Access;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importers;
import org.cloister.importer.Mapping;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.Scene;
import org.cloister.platform.driver.DeviceImporter;
import org.cloister.platform.driver.Patience;
import org.cloister.platform.driver.PromptMapping;

/** Layers on their way to the panel. Its owner calls one method at a time; {@link #done} is for any thread. */
final class Flip {
    private final DeviceImporter importer;
    private final List<Layer> layers;
    private final List<Attachment> attachments = new ArrayList<>();
    private final List<Mapping> mappings = new ArrayList<>();
    private final List<Fence> writers = new ArrayList<>();
    private final Fence done;
    private final Optional<HeapException> withheld;
    private volatile boolean atDevice;

    /**
     * Attaches the buffers of all layers, or of none.
     *
     * @param after what to wait for besides writers
     * @param settle waits until the device has fetched this flip, if it has begun to
     * @throws HeapException what the framework says
     */
    Flip(String name, DeviceImporter importer, Importers importers, List<Layer> layers, List<Fence> after,
            Consumer<Flip> settle) {
        this.importer = importer;
        this.layers = layers;
        this.done = new Fence(name);
        this.withheld = Optional.empty();
        writers.addAll(after);
        try {
            for (Layer layer : layers) {
                Attachment attachment = importers.attach(layer.buffer(), importer, Access.READ);
                attachments.add(attachment);
                importer.use(attachment, _ -> settle.accept(this));
            }
        } catch (HeapException e) {
            attachments.forEach(importer::detach);
            throw e;
        }
        for (Attachment attachment : attachments) {
            writers.addAll(attachment.reservation().pending(Fence.Usage.WRITE));
            attachment.reservation().add(done, Fence.Usage.READ);
        }
    }

    /** Black in the place of layers that must not be shown, of whose buffers it touches none. */
    Flip(String name, DeviceImporter importer, List<Fence> after, HeapException withheld) {
        this.importer = importer;
        this.layers = List.of();
        this.done = new Fence(name);
        this.withheld = Optional.of(withheld);
        writers.addAll(after);
    }

    /** Why its layers are not shown, if they are not. */
    Optional<HeapException> withheld() {
        return withheld;
    }

    /** Whether it has a layer to show. */
    boolean hasLayers() {
        return !layers.isEmpty();
    }

    /** Signalled when the flip is over. */
    Fence done() {
        return done;
    }

    /** Who writes the pictures and what else is waited for, and may not be done yet. */
    List<Fence> writers() {
        return writers;
    }

    /** Whether all that is waited for is done, well or not. */
    boolean isReady() {
        return writers.stream().allMatch(Fence::isSignalled);
    }

    /** Who moves a picture, and is not done yet. */
    List<Fence> movers() {
        return PromptMapping.movers(attachments.stream());
    }

    /** Why there is nothing to be shown, if something that is waited for failed. */
    Optional<HeapException> failedWriter() {
        return writers.stream().flatMap(fence -> fence.failure().stream()).findFirst();
    }

    /** Maps the buffers, and describes the scene; nothing, and no buffer is mapped, while one of them is being moved. */
    Optional<Scene> begin() {
        atDevice = true;
        List<Scene.Plane> planes = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            Optional<Mapping> mapping = PromptMapping.of(attachments.get(i), Access.READ);
            if (mapping.isEmpty()) {
                unmap();
                atDevice = false;
                return Optional.empty();
            }
            mappings.add(mapping.get());
            Layer layer = layers.get(i);
            planes.add(new Scene.Plane(layer.format(), MemoryRange.of(mapping.get(), layer.format().size()),
                    layer.destination()));
        }
        return Optional.of(new Scene(planes,
                attachments.stream().anyMatch(attachment -> attachment.record().restricted())));
    }

    /** Waits until the device has fetched what it was given; at once when it was given nothing. For any thread. */
    void awaitDevice(Patience patience) {
        if (atDevice) {
            patience.await(done);
        }
    }

    /** The panel shows it. */
    void succeed() {
        end();
        done.signal();
    }

    /** The panel does not show it, or not all of it. */
    void fail(HeapException reason) {
        end();
        done.fail(reason);
    }

    private void end() {
        unmap();
        attachments.forEach(importer::detach);
    }

    private void unmap() {
        mappings.forEach(Mapping::close);
        mappings.clear();
    }
}
