// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.os.internal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.cloister.platform.BusFault;
import org.cloister.platform.conduit.PspDevice;
import org.cloister.platform.conduit.PspMailbox;
import org.cloister.platform.conduit.PspRegister;
import org.cloister.platform.layout.PspInitRing;
import org.cloister.platform.layout.PspRingEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secure processor: registers, a mailbox, and a ring that a thread of its own works off.
 *
 * <table>
 *   <caption>The ring</caption>
 *   <tr><th>state</th><th>mailbox command</th><th>next, or status</th></tr>
 *   <tr><td>NONE</td><td>INIT_RING</td><td>RUNNING; STATUS_INVALID for a ring that cannot be</td></tr>
 *   <tr><td>NONE</td><td>DESTROY_RING</td><td>STATUS_INVALID</td></tr>
 *   <tr><td>RUNNING</td><td>INIT_RING</td><td>STATUS_RING_BUSY</td></tr>
 *   <tr><td>RUNNING</td><td>DESTROY_RING</td><td>NONE, with nothing loaded or mapped</td></tr>
 * </table>
 *
 * <p>Safe for use by any thread. The lock guards the registers; commands are served outside it.
 */
public final class SecureProcessor implements PspDevice, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SecureProcessor.class);
    private static final int RING_SIZE = RING_ENTRIES * PspRingEntry.SIZE;
    private static final long PAGE = 4096;
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final int generation;
    private final Machine machine;
    private final CommandServer server;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<PspRegister, Integer> registers = new EnumMap<>(PspRegister.class); // guarded by lock
    private long ring; // 0 for none; guarded by lock
    private boolean off; // guarded by lock
    private boolean busy; // guarded by lock

    /**
     * Boots.
     *
     * @param generation of its registers, 1 or 2
     * @param machine the board
     * @param server serves the commands
     */
    public SecureProcessor(int generation, Machine machine, CommandServer server) {
        this(generation, machine, server, Thread.ofPlatform().daemon().name("psp").factory());
    }

    /**
     * Boots, on a thread that somebody else makes.
     *
     * @param generation of its registers, 1 or 2
     * @param machine the board
     * @param server serves the commands
     * @param processor makes the thread that the processor is
     */
    public SecureProcessor(int generation, Machine machine, CommandServer server, ThreadFactory processor) {
        this.generation = generation;
        this.machine = machine;
        this.server = server;
        for (PspRegister register : PspRegister.values()) {
            registers.put(register, 0);
        }
        registers.put(PspRegister.COMMAND_RESPONSE, PspMailbox.RESPONSE);
        thread = processor.newThread(this::run);
        thread.start();
    }

    @Override
    public int generation() {
        return generation;
    }

    @Override
    public int read(PspRegister register) {
        lock.lock();
        try {
            return off ? ABSENT : registers.get(register);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(PspRegister register, int value) {
        lock.lock();
        try {
            boolean valid = switch (register) {
                case COMMAND_RESPONSE -> (registers.get(register) & PspMailbox.RESPONSE) != 0
                        && (value & ~PspMailbox.word(0xff)) == 0;
                case ADDRESS_LOW, ADDRESS_HIGH -> true;
                case RING_WRITE -> ring != 0 && value >= 0 && value < RING_SIZE && value % PspRingEntry.SIZE == 0;
                case RING_READ -> false;
            };
            if (valid && !off) {
                registers.put(register, value);
                changed.signalAll();
            } else {
                LOG.debug("0x{} in {} is ignored", Integer.toHexString(value), register);
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (true) {
            int command;
            long place;
            lock.lock();
            try {
                busy = false;
                changed.signalAll();
                while (!off && !hasCommand() && !hasEntry()) {
                    changed.awaitUninterruptibly();
                }
                if (off) {
                    return;
                }
                busy = true;
                command = hasCommand() ? registers.get(PspRegister.COMMAND_RESPONSE) : 0;
                place = ring + registers.get(PspRegister.RING_READ);
            } finally {
                lock.unlock();
            }
            if (command != 0) {
                int number = PspMailbox.command(command);
                respond(PspMailbox.response(number, mailbox(number)));
            } else {
                serve(place);
            }
        }
    }

    private boolean hasCommand() {
        int word = registers.get(PspRegister.COMMAND_RESPONSE);
        return word != 0 && (word & PspMailbox.RESPONSE) == 0;
    }

    private boolean hasEntry() {
        return ring != 0 && !registers.get(PspRegister.RING_READ).equals(registers.get(PspRegister.RING_WRITE));
    }

    private void respond(int word) {
        lock.lock();
        try {
            registers.put(PspRegister.COMMAND_RESPONSE, word);
        } finally {
            lock.unlock();
        }
    }

    private int mailbox(int command) {
        return switch (command) {
            case PspMailbox.INIT_RING -> initialise();
            case PspMailbox.DESTROY_RING -> destroy();
            default -> PspMailbox.STATUS_INVALID;
        };
    }

    private int initialise() {
        long block = Integer.toUnsignedLong(read(PspRegister.ADDRESS_LOW))
                | (long) read(PspRegister.ADDRESS_HIGH) << Integer.SIZE;
        if (ring() != 0) {
            return PspMailbox.STATUS_RING_BUSY;
        }
        if (block % Integer.BYTES != 0 || !machine.isOpen(block, PspInitRing.SIZE)) {
            return PspMailbox.STATUS_INVALID;
        }
        MemorySegment init = MemorySegment.ofArray(new byte[PspInitRing.SIZE]);
        machine.memory().read(block, init);
        long address = PspInitRing.address(init, 0);
        if (address == 0 || address % PAGE != 0 || PspInitRing.size(init, 0) != RING_SIZE
                || !machine.isOpen(address, RING_SIZE)) {
            return PspMailbox.STATUS_INVALID;
        }
        set(address);
        return PspMailbox.STATUS_SUCCESS;
    }

    private int destroy() {
        if (ring() == 0) {
            return PspMailbox.STATUS_INVALID;
        }
        set(0);
        server.reset();
        return PspMailbox.STATUS_SUCCESS;
    }

    private long ring() {
        lock.lock();
        try {
            return ring;
        } finally {
            lock.unlock();
        }
    }

    private void set(long address) {
        lock.lock();
        try {
            ring = address;
            registers.put(PspRegister.RING_WRITE, 0);
            registers.put(PspRegister.RING_READ, 0);
        } finally {
            lock.unlock();
        }
    }

    private void serve(long place) {
        MemorySegment entry = MemorySegment.ofArray(new byte[PspRingEntry.SIZE]);
        try {
            machine.memory().read(place, entry);
            if (PspRingEntry.cmdState(entry, 0) == PspRingEntry.STATE_INIT) {
                machine.memory().writeInt(place + Integer.BYTES, PspRingEntry.STATE_PROCESS);
                server.serve(entry);
                int end = PspRingEntry.PAYLOAD + PspRingEntry.MAX_PAYLOAD;
                machine.memory().writeInt(place + 2 * Integer.BYTES, PspRingEntry.status(entry, 0));
                machine.memory().write(place + PspRingEntry.PAYLOAD, entry.asSlice(
                        PspRingEntry.PAYLOAD, end - PspRingEntry.PAYLOAD));
                machine.memory().writeInt(place + Integer.BYTES, PspRingEntry.STATE_COMPLETED);
            } else {
                LOG.debug("the entry at 0x{} is no fresh command", Long.toHexString(place));
            }
        } catch (BusFault gone) {
            LOG.warn("the ring is out of reach: {}", gone.getMessage());
        } catch (IllegalStateException switchedOff) {
            LOG.debug("the board is off", switchedOff);
        }
        lock.lock();
        try {
            int next = (registers.get(PspRegister.RING_READ) + PspRingEntry.SIZE) % RING_SIZE;
            registers.put(PspRegister.RING_READ, next);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing is left to do. */
    void awaitIdle() {
        lock.lock();
        try {
            while (!off && (busy || hasCommand() || hasEntry())) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The whole state but what is waiting in the ring; two that are equal are of equal states. */
    String describe() {
        return ring() + "\n" + server.describe();
    }

    /** Loses power: no register answers any more, and all is forgotten but what is protected. */
    @Override
    public void close() {
        lock.lock();
        try {
            off = true;
            ring = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
        boolean ended = Thread.currentThread() == thread;
        try {
            ended |= thread.join(GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (ended) {
            server.reset();
        } else {
            LOG.error("a trusted application does not let go of the secure processor");
        }
    }
}
