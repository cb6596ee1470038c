// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.SecureCopier;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves live buffers from backends that are leaving to the one that serves the heap now, where the configuration wants
 * it and both can: the secure side of the one that leaves copies into memory of the other.
 *
 * <p>A move in order: new memory; a fence of memory management, so that nobody maps; no CPU access any more; importers
 * told, mappings ended; the copy; the buffer changes hands; the old memory goes back. Until it changes hands the buffer
 * can stay where it was, and does when anything fails. What is only in the way for now (CPU accesses, borrowers, no
 * memory) is tried again.
 */
final class Mover {
    private static final Logger LOG = LoggerFactory.getLogger(Mover.class);
    private static final Duration AGAIN = Duration.ofSeconds(1);

    /** What came of the attempt to move one buffer. */
    private enum Attempt { DONE, NEVER, LATER }

    /** How far a copy is that is waited for. */
    private enum Copy { RUNNING, OVER, ABANDONED }

    private final Core core;

    Mover(Core core) {
        this.core = core;
    }

    /** The heap, or its configuration, has changed: moves what is to be moved. Returns at once. */
    void consider(ManagedHeap heap) {
        if (core.settings().policy(heap.name()).move() && !heap.draining().isEmpty() && heap.serving().isPresent()) {
            core.execute(() -> moveAll(heap));
        }
    }

    private void moveAll(ManagedHeap heap) {
        boolean again = false;
        for (Tenure from : heap.draining()) {
            if (from.hold()) { // the pool stays, also when the last buffer goes meanwhile
                try {
                    again |= moveAll(heap, from);
                } finally {
                    from.leave();
                }
            }
        }
        if (again) {
            core.later(AGAIN, () -> consider(heap));
        }
    }

    private boolean moveAll(ManagedHeap heap, Tenure from) {
        boolean again = false;
        for (Buffer buffer : from.buffers()) {
            Optional<Tenure> to = heap.serving().filter(next -> next != from && next.enter());
            if (to.isPresent()) {
                again |= attempt(buffer, from, to.get()) == Attempt.LATER;
            }
        }
        return again;
    }

    /** Moves one buffer to a tenure that was entered for it. */
    private Attempt attempt(Buffer buffer, Tenure from, Tenure to) {
        Attempt came = Attempt.NEVER;
        var fence = new Fence("move of buffer " + buffer.id());
        boolean blocked = false;
        try {
            Optional<SecureCopier> copier = copier(from, to);
            if (copier.isEmpty()) {
                return came;
            }
            came = Attempt.LATER;
            buffer.reservation().add(fence, Fence.Usage.KERNEL);
            blocked = buffer.beginMove(core.settings().invalidateLimit().toNanos());
            if (blocked && buffer.tenure() == from) {
                came = move(buffer, from, to, copier.get());
            }
        } catch (HeapException e) {
            came = e.error() == HeapError.NOT_SUPPORTED ? Attempt.NEVER : came;
            LOG.warn("heap {}: buffer {} stays with backend {} for now", from.record().heap(), buffer.id(),
                    from.record().backend(), e);
        } finally {
            if (came != Attempt.DONE) {
                to.leave();
            }
            if (blocked) {
                buffer.endMove();
            }
            fence.signal();
        }
        return came;
    }

    private Optional<SecureCopier> copier(Tenure from, Tenure to) {
        if (!from.attributes().movable() || from.attributes().restricted() != to.attributes().restricted()) {
            return Optional.empty();
        }
        return core.calls().call(from, "tell how content is moved", () -> from.pool().copier()
                .filter(copier -> copier.reaches(to.pool())));
    }

    private Attempt move(Buffer buffer, Tenure from, Tenure to, SecureCopier copier) {
        PoolBuffer place = core.calls().allocate(to, buffer.size(),
                Math.max(buffer.alignment(), to.attributes().granularity()));
        boolean used = false;
        boolean withheld = false;
        try {
            Optional<String> obstacle = place.size() != buffer.size()
                    ? Optional.of("it gives memory in other sizes")
                    : core.calls().call(to, "tell where a buffer is", () -> buffer.attachments().stream()
                            .flatMap(attachment -> attachment.obstacle(to, place).stream()).findFirst());
            if (obstacle.isPresent()) {
                LOG.warn("heap {}: buffer {} is not moved from backend {} to {}: {}", from.record().heap(),
                        buffer.id(), from.record().backend(), to.record().backend(), obstacle.get());
                return Attempt.NEVER;
            }
            name(to, place, buffer.name());
            buffer.attachments().forEach(BufferAttachment::moving);
            withheld = !copy(copier, buffer, from, to, place);
            if (withheld) {
                return Attempt.DONE; // the place, and the tenure for it, are given back by the copy that does not end
            }
            settle(buffer, from, to, place);
            used = true;
            return Attempt.DONE;
        } finally {
            if (!used && !withheld) {
                core.calls().free(to, place);
            }
        }
    }

    private void name(Tenure to, PoolBuffer place, String text) {
        if (!text.isEmpty()) {
            core.calls().call(to, "name a buffer", () -> {
                to.pool().name(place, text);
                return null;
            });
        }
    }

    /** Copies, on a thread that can be left alone; false when it was, for the call does not end. */
    private boolean copy(SecureCopier copier, Buffer buffer, Tenure from, Tenure to, PoolBuffer place) {
        var progress = new AtomicReference<>(Copy.RUNNING);
        PoolBuffer source = buffer.memory();
        var target = Objects.requireNonNull(to.pool());
        String what = "move buffer " + buffer.id();
        try {
            core.guard().call("backend " + from.record().backend(), what, core.settings().callLimit(), () -> {
                try {
                    copier.copy(source, target, place);
                } finally {
                    if (!progress.compareAndSet(Copy.RUNNING, Copy.OVER)) {
                        core.calls().free(to, place);
                        to.leave();
                    }
                }
                return null;
            });
            return true;
        } catch (HeapException e) {
            boolean abandoned = progress.compareAndSet(Copy.RUNNING, Copy.ABANDONED);
            if (e.error() == HeapError.BACKEND_FAILED) {
                core.misconduct(from, what, e.why(), e);
            }
            if (!abandoned) {
                throw e;
            }
            return false;
        }
    }

    /** The buffer changes hands. */
    private void settle(Buffer buffer, Tenure from, Tenure to, PoolBuffer place) {
        from.remove(buffer);
        PoolBuffer left = buffer.moved(to, place);
        boolean late = !to.add(buffer);
        core.calls().free(from, left);
        from.leave();
        var event = new HeapEvent.Moved(from.record().heap(), buffer.id(), from.record().backend(),
                to.record().backend());
        LOG.info("{}", event);
        core.events().tell(() -> event);
        if (late) {
            core.execute(() -> core.revoke(buffer, to, to.revoked()));
        }
    }
}
