// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;
import org.cloister.platform.device.DmaLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the models of all devices have: a name, a way to memory, and one thread that does all their work. Safe for use by
 * any thread.
 */
public final class BusDevice {
    private static final Logger LOG = LoggerFactory.getLogger(BusDevice.class);

    private final String name;
    private final Dma dma;
    private final ExecutorService thread;

    /**
     * Puts a device on a board; its thread is there when there is work.
     *
     * @param name the path of its node
     * @param dma its way to memory
     */
    public BusDevice(String name, Dma dma) {
        this.name = name;
        this.dma = dma;
        this.thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("cloister " + initiator().name()).factory());
    }

    /** The path of its node. */
    public String name() {
        return name;
    }

    /** As whom it reaches memory. */
    public Initiator initiator() {
        return dma.memory().initiator();
    }

    /** What its address generator can do. */
    public DmaLimits limits() {
        return dma.limits();
    }

    /** Its way to memory. */
    public Dma dma() {
        return dma;
    }

    /** Runs something on the device's thread, after what was given to it before; nothing once it has ended. */
    public void run(Runnable work) {
        try {
            thread.execute(work);
        } catch (RejectedExecutionException e) {
            LOG.trace("{} is off the board", name, e);
        }
    }

    /** Tells a listener of something; what it throws is logged and ignored. */
    public <E> void tell(Consumer<? super E> listener, E event) {
        try {
            listener.accept(event);
        } catch (RuntimeException e) {
            LOG.warn("{}: a listener failed on {}", name, event, e);
        }
    }

    /** Says what the device died of, for the log and for who waits for its work. */
    public String brokeDown(RuntimeException cause) {
        LOG.error("{} broke down", name, cause);
        return "the device broke down: " + cause;
    }

    /** Why {@code what} cannot be done any more. */
    public HeapException off(String what) {
        return new HeapException(HeapError.CLOSED, what, name, "the board is off", "wait for the device to come back");
    }

    /** Ends the thread when what was given to it is done. Idempotent. */
    public void end() {
        thread.shutdown();
    }
}
