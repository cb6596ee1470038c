// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeMap;
import org.cloister.emulator.devices.gpu.internal.StreamState.Progress;
import org.cloister.platform.BusFault;
import org.cloister.platform.mali.CommandStream;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.HostInterface;

/**
 * The microcontroller as its firmware makes it behave: it answers requests, runs command streams, and moves the GPU
 * into protected mode and out of it. For the GPU's thread.
 *
 * <p>In protected mode it writes restricted memory only, so that it answers when that is left; and that it will enter
 * it, it says before, and raises the interrupt afterwards.
 */
final class Microcontroller {
    private static final int SPACE = 0;
    private static final long RESET_VECTOR = 4;
    private static final int CONFIGURATION_FAULT = 0x40;

    private final Chip chip;
    private final SharedSection shared;
    private final TreeMap<Integer, StreamState> streams = new TreeMap<>(); // by group and number
    private Optional<StreamState> inside = Optional.empty(); // the stream whose protected region runs
    private boolean isToEnter; // protected mode, for which it was asked

    Microcontroller(Chip chip) {
        this.chip = chip;
        this.shared = new SharedSection(chip.memory());
    }

    /**
     * Boots.
     *
     * @return whether firmware was found and started
     */
    boolean boot() {
        try {
            if (chip.memory().readInt(SPACE, RESET_VECTOR) == 0) {
                return false;
            }
            shared.publish();
        } catch (BusFault | GpuFault e) {
            return false;
        }
        chip.jobs().raise(GpuRegister.GLOBAL_INTERFACE);
        return true;
    }

    /** Looks at all requests; tells whether it is to halt. */
    boolean answer() {
        int input = SharedSection.globalInput();
        int output = SharedSection.globalOutput();
        if (inside.isPresent() && (shared.pending(input, output, HostInterface.REQUEST) & HostInterface.PING) != 0) {
            interrupt(inside.get());
        }
        if (inside.isPresent()) {
            return false;
        }
        int pending = shared.pending(input, output, HostInterface.REQUEST);
        if ((shared.read(input + HostInterface.REQUEST) & HostInterface.HALT) != 0) {
            return true;
        }
        int requests = pending & ~HostInterface.PROTM_EXIT;
        shared.acknowledge(input, output, HostInterface.REQUEST, requests);
        int groups = shared.pending(input, output, HostInterface.DOORBELLS);
        shared.acknowledge(input, output, HostInterface.DOORBELLS, groups);
        for (int group = 0; group < SharedSection.GROUPS; group++) {
            if ((groups >> group & 1) != 0) {
                answer(group);
            }
        }
        if ((requests & HostInterface.PROTM_ENTER) != 0) {
            isToEnter = true;
            chip.acknowledgedProtectedMode();
        }
        if (isToEnter && chip.isClocked()) {
            isToEnter = false;
            enter();
        }
        if (requests != 0) {
            chip.jobs().raise(GpuRegister.GLOBAL_INTERFACE);
        }
        return false;
    }

    private void answer(int group) {
        int input = SharedSection.groupInput(group);
        int output = SharedSection.groupOutput(group);
        int pending = shared.pending(input, output, HostInterface.REQUEST) & ~HostInterface.SYNC_UPDATE;
        if ((pending & HostInterface.STATE_MASK) != 0
                && (shared.read(input + HostInterface.REQUEST) & HostInterface.STATE_MASK) != HostInterface.GROUP_START) {
            streams.subMap(group * SharedSection.STREAMS, (group + 1) * SharedSection.STREAMS).clear();
        }
        int which = shared.pending(input, output, HostInterface.DOORBELLS);
        shared.acknowledge(input, output, HostInterface.DOORBELLS, which);
        for (int number = 0; number < SharedSection.STREAMS; number++) {
            if ((which >> number & 1) != 0) {
                answer(group, number);
            }
        }
        if (pending != 0) {
            shared.acknowledge(input, output, HostInterface.REQUEST, pending);
            chip.jobs().raise(1 << group);
        }
    }

    private void answer(int group, int number) {
        int input = SharedSection.streamInput(group, number);
        int output = SharedSection.streamOutput(group, number);
        int pending = shared.pending(input, output, HostInterface.REQUEST)
                & ~(HostInterface.PROTM_PENDING | HostInterface.FATAL);
        if ((pending & HostInterface.STATE_MASK) != 0) {
            int wanted = shared.read(input + HostInterface.REQUEST) & HostInterface.STATE_MASK;
            int key = group * SharedSection.STREAMS + number;
            if (wanted == HostInterface.STREAM_START) {
                streams.put(key, new StreamState(group, number, shared.readLong(input + HostInterface.RING),
                        shared.read(input + HostInterface.RING_SIZE), shared.readLong(input + HostInterface.RING_INPUT),
                        shared.readLong(input + HostInterface.RING_OUTPUT)));
            } else {
                streams.remove(key);
            }
        }
        shared.acknowledge(input, output, HostInterface.REQUEST, pending);
    }

    /**
     * Runs one instruction.
     *
     * @return whether there is another that can be run
     */
    boolean step() {
        Optional<StreamState> next = inside.isPresent() ? inside : streams.values().stream()
                .filter(stream -> stream.progress == Progress.RUNNING && hasWork(stream))
                .max(Comparator.comparingInt(this::priority));
        if (next.isEmpty()) {
            return false;
        }
        StreamState stream = next.get();
        try {
            execute(stream);
            if (inside.isPresent() && stream.extract >= stream.regionEnd) {
                leave(stream, Progress.RUNNING);
            }
        } catch (BusFault fault) {
            fail(stream, HostInterface.BUS_FAULT);
        } catch (GpuFault fault) {
            if (inside.isEmpty()) {
                chip.spaces().report(fault);
            }
            fail(stream, fault.exception());
        }
        return true;
    }

    private boolean hasWork(StreamState stream) {
        return chip.memory().readLong(SPACE, stream.hostSide) != stream.extract;
    }

    private int priority(StreamState stream) {
        return shared.read(SharedSection.groupInput(stream.group) + HostInterface.ENDPOINTS)
                >>> HostInterface.PRIORITY_SHIFT;
    }

    private int space(StreamState stream) {
        return shared.read(SharedSection.groupInput(stream.group) + HostInterface.GROUP_CONFIGURATION) & 0x7;
    }

    private void execute(StreamState stream) {
        if (stream.ringSize == 0) {
            throw new GpuFault(CONFIGURATION_FAULT, space(stream), stream.ring, false);
        }
        int space = space(stream);
        long at = stream.ring + Long.remainderUnsigned(stream.extract, stream.ringSize);
        long instruction = chip.memory().readLong(space, at);
        switch (CommandStream.opcode(instruction)) {
            case CommandStream.NOP -> { }
            case CommandStream.MOVE ->
                    stream.pair(CommandStream.destination(instruction), CommandStream.value(instruction));
            case CommandStream.RUN_COMPUTE -> chip.cores().run(
                    space, stream.pair(CommandStream.address(instruction)), inside.isPresent());
            case CommandStream.PROT_REGION -> {
                beginRegion(stream, space, at, CommandStream.regionLength(instruction));
                return;
            }
            case CommandStream.SYNC_SET64 -> {
                chip.memory().writeLong(space, stream.pair(CommandStream.address(instruction)),
                        stream.pair(CommandStream.data(instruction)));
                tellGroup(stream.group, HostInterface.SYNC_UPDATE);
            }
            default -> throw new GpuFault(HostInterface.INVALID_INSTRUCTION, space, at, false);
        }
        advance(stream);
    }

    private void advance(StreamState stream) {
        stream.extract += CommandStream.BYTES;
        if (inside.isEmpty()) {
            chip.memory().writeLong(SPACE, stream.ownSide, stream.extract);
        }
    }

    private void beginRegion(StreamState stream, int space, long at, int length) {
        if (inside.isPresent() || length % CommandStream.BYTES != 0 || protectedBuffer(stream) == 0) {
            throw new GpuFault(HostInterface.INVALID_INSTRUCTION, space, at, false);
        }
        advance(stream);
        stream.regionEnd = stream.extract + length;
        askForProtectedMode(stream);
    }

    private long protectedBuffer(StreamState stream) {
        return shared.readLong(SharedSection.groupInput(stream.group) + HostInterface.PROTM_SUSPEND_BUFFER);
    }

    private void askForProtectedMode(StreamState stream) {
        stream.progress = Progress.WAITS_FOR_PROTECTED_MODE;
        shared.write(SharedSection.streamOutput(stream.group, stream.number) + HostInterface.STREAM_WAIT,
                HostInterface.WAIT_PROTM);
        tellStream(stream, HostInterface.PROTM_PENDING);
        chip.askedForProtectedMode();
    }

    /** Enters protected mode for the stream whose turn it is; without one there is nothing to enter for. */
    private void enter() {
        Optional<StreamState> first = streams.values().stream()
                .filter(stream -> stream.progress == Progress.WAITS_FOR_PROTECTED_MODE && isHeard(stream))
                .max(Comparator.comparingInt(this::priority));
        if (first.isEmpty()) {
            return;
        }
        StreamState stream = first.get();
        long buffer = protectedBuffer(stream);
        shared.write(SharedSection.streamOutput(stream.group, stream.number) + HostInterface.STREAM_WAIT, 0);
        stream.progress = Progress.IN_PROTECTED_REGION;
        inside = first;
        chip.enterProtectedMode();
        try {
            chip.memory().writeLong(SPACE, SharedSection.PROTECTED_SECTION, stream.extract);
            if (stream.saved) {
                MemorySegment state = MemorySegment.ofArray(new byte[StreamState.SAVED_BYTES]);
                chip.memory().read(SPACE, buffer, state);
                stream.restore(state);
            }
        } catch (BusFault | GpuFault fault) {
            fail(stream, HostInterface.BUS_FAULT);
        }
    }

    /** Whether the host has acknowledged that the stream waits: by that it says whose turn it is. */
    private boolean isHeard(StreamState stream) {
        return (shared.pending(SharedSection.streamInput(stream.group, stream.number),
                SharedSection.streamOutput(stream.group, stream.number), HostInterface.REQUEST)
                & HostInterface.PROTM_PENDING) == 0;
    }

    /** The host wants protected mode to be left before the region has ended. */
    private void interrupt(StreamState stream) {
        try {
            chip.memory().write(SPACE, protectedBuffer(stream), stream.save());
        } catch (BusFault | GpuFault fault) {
            fail(stream, HostInterface.BUS_FAULT);
            return;
        }
        leave(stream, Progress.WAITS_FOR_PROTECTED_MODE);
    }

    private void leave(StreamState stream, Progress next) {
        inside = Optional.empty();
        chip.leaveProtectedMode();
        chip.memory().writeLong(SPACE, stream.ownSide, stream.extract);
        stream.progress = next;
        shared.tell(SharedSection.globalInput(), SharedSection.globalOutput(), HostInterface.REQUEST,
                HostInterface.PROTM_EXIT);
        chip.jobs().raise(GpuRegister.GLOBAL_INTERFACE);
        if (next == Progress.WAITS_FOR_PROTECTED_MODE) {
            askForProtectedMode(stream);
        }
        answer();
    }

    private void fail(StreamState stream, int exception) {
        stream.progress = Progress.FATAL;
        if (inside.isPresent()) {
            chip.protectedModeFault();
            return;
        }
        shared.write(SharedSection.streamOutput(stream.group, stream.number) + HostInterface.FATAL_STATUS, exception);
        tellStream(stream, HostInterface.FATAL);
    }

    private void tellStream(StreamState stream, int event) {
        shared.tell(SharedSection.streamInput(stream.group, stream.number),
                SharedSection.streamOutput(stream.group, stream.number), HostInterface.REQUEST, event);
        shared.tell(SharedSection.groupInput(stream.group), SharedSection.groupOutput(stream.group),
                HostInterface.STREAM_EVENTS, 1 << stream.number);
        chip.jobs().raise(1 << stream.group);
    }

    private void tellGroup(int group, int event) {
        shared.tell(SharedSection.groupInput(group), SharedSection.groupOutput(group), HostInterface.REQUEST, event);
        chip.jobs().raise(1 << group);
    }
}
