// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.Optional;
import java.util.function.Consumer;
import org.cloister.heap.HeapException;
import org.cloister.platform.mali.ComposeJob;

/** The composition that the GPU has of a group, one at a time, from its mapping to its end. For the driver's thread. */
final class AtDevice {
    private final GpuCore core;
    private final GroupMemory memory;
    private final boolean isProtected;
    private Optional<Job> current = Optional.empty();
    private ComposeJob work;
    private Timer.Alarm alarm = () -> { };
    private boolean gone; // the group's memory

    AtDevice(GpuCore core, GroupMemory memory, boolean isProtected) {
        this.core = core;
        this.memory = memory;
        this.isProtected = isProtected;
    }

    boolean isEmpty() {
        return current.isEmpty();
    }

    /** Whether the GPU has just that one. */
    boolean has(Job job) {
        return current.filter(now -> now == job).isPresent();
    }

    /**
     * Maps a composition, which is then to be submitted; it fails if it cannot be. Normal mode.
     *
     * @return false, and it is as before, while one of its buffers is being moved
     */
    boolean take(Job job) {
        try {
            Optional<ComposeJob> mapped = job.begin(memory.space());
            memory.space().flush();
            mapped.ifPresent(described -> {
                work = described;
                current = Optional.of(job);
            });
            return mapped.isPresent();
        } catch (HeapException e) {
            takeAway(job);
            job.done().fail(e);
            return true;
        }
    }

    /**
     * Puts it into the stream; again after a reset.
     *
     * @param late told when it is not done in time
     */
    void submit(Consumer<Job> late) {
        Job job = current.orElseThrow();
        memory.submit(work, isProtected);
        alarm = core.timer().after(core.limits().job(), () -> core.thread().run(() -> late.accept(job)));
        core.firmware().ring(memory.slot());
    }

    /** It is done: signals, and takes its buffers from the GPU when that can be. */
    void finish() {
        alarm.cancel();
        Job job = current.orElseThrow();
        current = Optional.empty();
        core.whenNormal(() -> takeAway(job));
        job.done().signal();
    }

    /** Nobody waits for its end any longer. */
    void unwatch() {
        alarm.cancel();
    }

    /** Takes the buffers of a composition from the GPU. Normal mode, or the group's memory is gone. */
    private void takeAway(Job job) {
        if (!gone) {
            job.unmap(memory.space());
            memory.space().flush();
        }
        job.release();
    }

    /** The GPU does not know the group any more, whose memory goes: what it has not done fails. */
    void giveUp(HeapException cause) {
        gone = true;
        current.ifPresent(job -> {
            job.release();
            job.done().fail(cause);
        });
        current = Optional.empty();
    }
}
