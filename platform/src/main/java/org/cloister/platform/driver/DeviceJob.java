// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importers;
import org.cloister.importer.Mapping;
import org.cloister.platform.device.MemoryRange;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Buffers on their way through a device that does one thing after the other: attached when they are {@linkplain #add
 * added}, mapped when the device is given the job, let go when it is done. It waits for the writers of what it reads and
 * for all users of what it writes, and its fence is on all of it.
 *
 * <p>Made and started by one thread; {@link #succeed} and {@link #fail} are for any, and the first of them counts.
 *
 * @param <T> what comes of it besides what is in buffers
 */
@ProviderType
public final class DeviceJob<T> {
    private final Importers importers;
    private final Patience patience;
    private final List<Part> parts = new ArrayList<>();
    private final List<Fence> awaited = new ArrayList<>();
    private final Fence done;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final AtomicBoolean taken = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean atDevice;

    private static final class Part {
        private final DeviceImporter importer;
        private final Attachment attachment;
        private final Access access;
        private volatile Optional<Mapping> mapping = Optional.empty();

        Part(DeviceImporter importer, Attachment attachment, Access access) {
            this.importer = importer;
            this.attachment = attachment;
            this.access = access;
        }
    }

    /**
     * Begins a job.
     *
     * @param name for people who debug
     * @param importers attaches buffers
     * @param patience how long to wait for memory management, and for the device when memory is taken away
     */
    public DeviceJob(String name, Importers importers, Patience patience) {
        this.importers = importers;
        this.patience = patience;
        this.done = new Fence(name);
    }

    /**
     * Adds a buffer.
     *
     * @param access what the device does with it
     * @return its number
     * @throws HeapException what core says; then what was added before is let go, and the job is of no use
     */
    public int add(DeviceImporter importer, DmaBuf buffer, Access access) {
        try {
            Attachment attachment = importers.attach(buffer, importer, access);
            importer.use(attachment, _ -> settle());
            parts.add(new Part(importer, attachment, access));
            return parts.size() - 1;
        } catch (HeapException e) {
            end();
            throw e;
        }
    }

    /**
     * Starts the job: {@code submit} is run, on a thread of its own, once all are done that it waits for; not when one of
     * them failed, and not after {@link #giveUp}.
     *
     * @param submit hands the job to the device; what it throws fails the job
     */
    public void start(Runnable submit) {
        for (Part part : parts) {
            boolean writes = part.access.writes();
            awaited.addAll(part.attachment.reservation().pending(writes ? Fence.Usage.READ : Fence.Usage.WRITE));
            part.attachment.reservation().add(done, writes ? Fence.Usage.WRITE : Fence.Usage.READ);
        }
        AtomicInteger pending = new AtomicInteger(awaited.size() + 1);
        Runnable oneLess = () -> {
            if (pending.decrementAndGet() == 0 && !taken.getAndSet(true)) {
                Thread.ofVirtual().name(done.name()).start(() -> begin(submit));
            }
        };
        List.copyOf(awaited).forEach(fence -> fence.onSignal(oneLess));
        oneLess.run();
    }

    private void begin(Runnable submit) {
        Optional<HeapException> spoiled = awaited.stream().flatMap(fence -> fence.failure().stream()).findFirst();
        if (spoiled.isPresent()) {
            fail(new HeapException(HeapError.CANCELLED, "use a device", done.name(),
                    "what it needs was not written: " + spoiled.get().getMessage(), "write it again", spoiled.get()));
            return;
        }
        atDevice = true;
        try {
            submit.run();
        } catch (HeapException e) {
            fail(e);
        }
    }

    /** Fails the job if the device does not have it yet. */
    public void giveUp(HeapException reason) {
        if (!taken.getAndSet(true)) {
            fail(reason);
        }
    }

    /**
     * The first {@code length} bytes of a buffer, for the device; within {@code submit}.
     *
     * @param part the number of the buffer
     */
    public List<MemoryRange> ranges(int part, long length) {
        Part wanted = parts.get(part);
        Mapping mapping = wanted.attachment.map(wanted.access, patience.limit());
        wanted.mapping = Optional.of(mapping);
        return MemoryRange.of(mapping, length);
    }

    /** Signalled when it is over. */
    public Fence done() {
        return done;
    }

    /** Completes when it is over. */
    public CompletableFuture<T> result() {
        return result;
    }

    /** Core ends a mapping: the device is done in a moment. */
    private void settle() {
        if (atDevice) {
            patience.await(done);
        }
    }

    /** The device has done it. */
    public void succeed(T value) {
        if (!over.getAndSet(true)) {
            end();
            done.signal();
            result.complete(value);
        }
    }

    /** The device has not done it, and will not. */
    public void fail(HeapException reason) {
        if (!over.getAndSet(true)) {
            end();
            done.fail(reason);
            result.completeExceptionally(reason);
        }
    }

    private void end() {
        for (Part part : parts) {
            part.mapping.ifPresent(Mapping::close);
            part.importer.detach(part.attachment);
        }
    }
}
