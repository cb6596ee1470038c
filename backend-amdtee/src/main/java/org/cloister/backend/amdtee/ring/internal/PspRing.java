// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.ring.internal;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.PspCommand;
import org.cloister.platform.conduit.PspDevice;
import org.cloister.platform.conduit.PspMailbox;
import org.cloister.platform.conduit.PspRegister;
import org.cloister.platform.layout.PspInitRing;
import org.cloister.platform.layout.PspRingEntry;
import org.cloister.pool.Tenant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ring of the secure processor's trusted OS.
 *
 * <table>
 *   <caption>Life</caption>
 *   <tr><th>state</th><th>when</th><th>next</th></tr>
 *   <tr><td>IDLE</td><td>a call</td><td>READY, or DEAD when it cannot be initialised</td></tr>
 *   <tr><td>READY</td><td>no answer in time, or nobody answers</td><td>DEAD</td></tr>
 *   <tr><td>DEAD</td><td>a call before the recovery time is over</td><td>DEAD, {@code FIRMWARE_DEAD}</td></tr>
 *   <tr><td>DEAD</td><td>a call after that</td><td>READY, as another generation, or DEAD</td></tr>
 *   <tr><td>READY, DEAD</td><td>{@link #replaced}</td><td>IDLE</td></tr>
 *   <tr><td>any</td><td>{@link #close}</td><td>CLOSED</td></tr>
 * </table>
 *
 * <p>What the processor knew before, such as sessions and buffers, it has forgotten in the next generation. The memory
 * of a ring goes back when the processor has confirmed that it uses another one, or none.
 *
 * <p>Safe for use by any thread: the lock guards all state, and is not held while an answer is awaited.
 */
public final class PspRing implements AutoCloseable {
    private enum State { IDLE, READY, DEAD, CLOSED }

    private static final Logger LOG = LoggerFactory.getLogger(PspRing.class);
    private static final int SIZE = PspDevice.RING_ENTRIES * PspRingEntry.SIZE;
    private static final int STATE_OFFSET = Integer.BYTES;
    private static final int FLAG_OFFSET = PspRingEntry.SIZE - Integer.BYTES;
    /** How errors call the processor. */
    public static final String WHICH = "the secure processor";

    private final PspDevice device;
    private final Pages pages;
    private final RingLimits limits;
    private final Waiter waiter;
    private final Mailbox mailbox;
    private final Tenant tenant;
    private final ReentrantLock lock = new ReentrantLock();
    private final int[] flags = new int[PspDevice.RING_ENTRIES]; // guarded by lock
    private State state = State.IDLE; // guarded by lock
    private Optional<Long> memory = Optional.empty(); // guarded by lock
    private int write; // guarded by lock
    private long died; // guarded by lock
    private String why = ""; // guarded by lock
    private volatile long generation;

    /**
     * Makes the driver's side; the processor is asked when something is called.
     *
     * @param device the processor's registers
     * @param pages normal memory
     * @param limits how long to wait
     * @param waiter how to wait
     * @param tenant this driver, among those that may have the processor; closed with the ring
     */
    public PspRing(PspDevice device, Pages pages, RingLimits limits, Waiter waiter, Tenant tenant) {
        this.tenant = tenant;
        this.device = device;
        this.pages = pages;
        this.limits = limits;
        this.waiter = waiter;
        this.mailbox = new Mailbox(device, limits.mailbox(), waiter);
    }

    /**
     * What came back.
     *
     * @param status a return code of the trusted OS or of an application
     * @param entry a copy of the entry; its payload is at {@link PspRingEntry#PAYLOAD}
     * @param generation of the ring that it came through
     */
    public record Answer(int status, MemorySegment entry, long generation) {}

    /** Counts the times that the processor was initialised. */
    public long generation() {
        return generation;
    }

    /** Normal memory. */
    public Pages pages() {
        return pages;
    }

    /**
     * Makes sure that the processor can be called, and initialises it if need be.
     *
     * @return the generation
     * @throws HeapException {@code FIRMWARE_DEAD}, {@code CLOSED}, {@code NO_MEMORY}; {@code BUSY} while a former driver
     *     has the processor
     */
    public long ready(String what) {
        lock.lock();
        try {
            switch (state) {
                case READY -> { }
                case IDLE -> {
                    tenant.enter(what);
                    initialise(what);
                }
                case DEAD -> {
                    if (waiter.nanos() - died < limits.recovery().toNanos()) {
                        throw dead(what);
                    }
                    initialise(what);
                }
                case CLOSED -> throw new HeapException(HeapError.CLOSED, what, WHICH, "its driver was stopped",
                        "obtain the service again");
            }
            return generation;
        } finally {
            lock.unlock();
        }
    }

    /** The processor went away or another one came: whoever waits is told, and the next call initialises it. */
    public void replaced() {
        lock.lock();
        try {
            if (state != State.CLOSED) {
                state = State.IDLE;
                why = "it went away";
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Calls the trusted OS and waits for its answer.
     *
     * @param what what is being done, for errors
     * @param command the command
     * @param wanted the generation in which the call makes sense; 0 for any
     * @param payload fills an entry; the payload is at {@link PspRingEntry#PAYLOAD}
     * @throws HeapException and the call did not get there: {@code BUSY} when the ring stays full, {@code NO_MEMORY},
     *     {@code CLOSED}; or nobody knows: {@code FIRMWARE_DEAD}, {@code PROTOCOL}
     */
    public Answer call(String what, PspCommand command, long wanted, Consumer<MemorySegment> payload) {
        long now = ready(what);
        if (wanted != 0 && wanted != now) {
            throw forgotten(what);
        }
        MemorySegment entry = MemorySegment.ofArray(new byte[PspRingEntry.SIZE]);
        PspRingEntry.cmdId(entry, 0, command.id());
        payload.accept(entry);
        PspRingEntry.flag(entry, 0, PspRingEntry.FLAG_WAITING);
        int[] slot = {-1};
        if (!waiter.until(() -> (slot[0] = place(what, now, entry)) >= 0, limits.full())) {
            throw new HeapException(HeapError.BUSY, what, WHICH,
                    "its ring of %d entries stayed full for %d ms"
                            .formatted(PspDevice.RING_ENTRIES, limits.full().toMillis()), "try again later");
        }
        return answer(what, command, now, slot[0]);
    }

    /** Puts an entry into the ring; -1 when it is full. */
    private int place(String what, long wanted, MemorySegment entry) {
        lock.lock();
        try {
            if (state != State.READY || generation != wanted) {
                throw state == State.READY ? forgotten(what) : dead(what);
            }
            int read = device.read(PspRegister.RING_READ);
            if (read < 0 || read >= SIZE || read % PspRingEntry.SIZE != 0) {
                die(read == PspDevice.ABSENT ? "it does not answer any more"
                        : "its read pointer is 0x%x".formatted(read));
                throw dead(what);
            }
            int slot = write / PspRingEntry.SIZE;
            int next = (write + PspRingEntry.SIZE) % SIZE;
            if (next == read || flags[slot] == PspRingEntry.FLAG_WAITING) {
                return -1;
            }
            pages.memory().write(memory.orElseThrow() + write, entry);
            flags[slot] = PspRingEntry.FLAG_WAITING;
            write = next;
            device.write(PspRegister.RING_WRITE, next);
            return slot;
        } finally {
            lock.unlock();
        }
    }

    private Answer answer(String what, PspCommand command, long wanted, int slot) {
        long at = addressOf(slot);
        boolean answered = waiter.until(() -> pages.memory().readInt(at + STATE_OFFSET) == PspRingEntry.STATE_COMPLETED
                || !isReady(wanted) || device.read(PspRegister.RING_READ) == PspDevice.ABSENT, limits.answer());
        lock.lock();
        try {
            if (state != State.READY || generation != wanted) {
                throw state == State.READY ? forgotten(what) : dead(what);
            }
            if (pages.memory().readInt(at + STATE_OFFSET) != PspRingEntry.STATE_COMPLETED) {
                flag(slot, at, PspRingEntry.FLAG_TIMED_OUT);
                die(answered ? "it went away during " + command
                        : "it did not answer to %s within %d ms".formatted(command, limits.answer().toMillis()));
                throw dead(what);
            }
            MemorySegment entry = MemorySegment.ofArray(new byte[PspRingEntry.SIZE]);
            pages.memory().read(at, entry);
            flag(slot, at, PspRingEntry.FLAG_COPIED);
            if (PspRingEntry.cmdId(entry, 0) != command.id()) {
                throw new HeapException(HeapError.PROTOCOL, what, WHICH,
                        "the answer is to command %d and not %d".formatted(PspRingEntry.cmdId(entry, 0), command.id()),
                        "see the firmware");
            }
            return new Answer(PspRingEntry.status(entry, 0), entry, wanted);
        } finally {
            lock.unlock();
        }
    }

    private boolean isReady(long wanted) {
        lock.lock();
        try {
            return state == State.READY && generation == wanted;
        } finally {
            lock.unlock();
        }
    }

    private long addressOf(int slot) {
        lock.lock();
        try {
            return memory.orElseThrow() + (long) slot * PspRingEntry.SIZE;
        } finally {
            lock.unlock();
        }
    }

    private void flag(int slot, long at, int flag) {
        flags[slot] = flag;
        pages.memory().writeInt(at + FLAG_OFFSET, flag);
    }

    private void die(String reason) {
        state = State.DEAD;
        died = waiter.nanos();
        why = reason;
        LOG.error("the secure processor is taken for dead: {}", reason);
    }

    private HeapException dead(String what) {
        return new HeapException(HeapError.FIRMWARE_DEAD, what, WHICH, why.isEmpty() ? "its driver was stopped" : why,
                "try again in %d ms, when it is initialised anew".formatted(limits.recovery().toMillis()));
    }

    private static HeapException forgotten(String what) {
        return new HeapException(HeapError.FIRMWARE_DEAD, what, WHICH,
                "it was initialised anew, and has forgotten what was opened before", "open another session");
    }

    private void initialise(String what) {
        long ring = pages.take(SIZE);
        boolean unknown = true;
        try {
            int status = initialise(ring);
            if (status == PspMailbox.STATUS_RING_BUSY) {
                LOG.info("the secure processor has a ring already, which is destroyed");
                mailbox.call(PspMailbox.DESTROY_RING, 0);
                status = initialise(ring);
            }
            unknown = false;
            if (status != PspMailbox.STATUS_SUCCESS) {
                pages.release(ring);
                throw new Mailbox.Mute("it refused to initialise its ring, with status 0x%x".formatted(status), true);
            }
        } catch (Mailbox.Mute mute) {
            if (!mute.told()) {
                pages.release(ring);
            } else if (unknown) {
                LOG.warn("0x{} bytes are kept, for the secure processor may use them", Integer.toHexString(SIZE));
            }
            die(mute.getMessage());
            throw dead(what);
        }
        memory.ifPresent(pages::release);
        memory = Optional.of(ring);
        write = 0;
        Arrays.fill(flags, PspRingEntry.FLAG_INVALID);
        generation++;
        state = State.READY;
        LOG.info("the secure processor is ready, for time {}", generation);
    }

    private int initialise(long ring) {
        long block = pages.take(PspInitRing.SIZE);
        MemorySegment init = MemorySegment.ofArray(new byte[PspInitRing.SIZE]);
        PspInitRing.address(init, 0, ring);
        PspInitRing.size(init, 0, SIZE);
        pages.memory().write(block, init);
        try {
            int status = mailbox.call(PspMailbox.INIT_RING, block);
            pages.release(block);
            return status;
        } catch (Mailbox.Mute mute) {
            if (!mute.told()) {
                pages.release(block);
            }
            throw mute;
        }
    }

    /** Destroys the ring, if there is one. Idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (state == State.READY) {
                try {
                    if (mailbox.call(PspMailbox.DESTROY_RING, 0) == PspMailbox.STATUS_SUCCESS) {
                        memory.ifPresent(pages::release);
                    }
                } catch (Mailbox.Mute gone) {
                    LOG.debug("the ring is not destroyed in order: {}", gone.getMessage());
                }
            }
            state = State.CLOSED;
            memory = Optional.empty();
            tenant.close();
        } finally {
            lock.unlock();
        }
    }
}
