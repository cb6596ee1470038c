// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

import org.cloister.platform.mali.HostInterface;

/**
 * Where the firmware puts the interface with the host, in the microcontroller's address space.
 *
 * <pre>
 *  0x0400_0000 global control     0x0400_1000 groups' control, 0x1000 each; streams' after 0x40, 16 each
 *  0x0400_8000 global input       0x0400_8800 global output
 *  0x0400_9000 groups, 0x1000 each: 0x0 input  0x100 streams' input, 0x80 each  0x800 output  0x900 streams' output, 0x90 each
 * </pre>
 *
 * For the GPU's thread.
 */
final class SharedSection {
    /** How many groups there are. */
    static final int GROUPS = 3;
    /** How many streams a group has. */
    static final int STREAMS = 8;
    /** Bytes of a suspend buffer, in either mode. */
    static final int SUSPEND_SIZE = 4096;
    /** Where a firmware's section is that it needs in protected mode. */
    static final long PROTECTED_SECTION = 0x0300_0000L;

    private static final int SPACE = 0;
    private static final int CONTROL = 0x0400_0000;
    private static final int STRIDE = 0x1000;
    private static final int STREAM_STRIDE = 16;
    private static final int INPUT = CONTROL + 0x8000;
    private static final int OUTPUT = INPUT + 0x800;
    private static final int VERSION = 1 << 24 | 5 << 16;
    private static final int FEATURES = 95 | 8 << 8;

    private final VirtualMemory memory;

    SharedSection(VirtualMemory memory) {
        this.memory = memory;
    }

    /** Describes the interface; the version last. */
    void publish() {
        write(CONTROL + HostInterface.GLOBAL_INPUT, INPUT);
        write(CONTROL + HostInterface.GLOBAL_OUTPUT, OUTPUT);
        write(CONTROL + HostInterface.GROUPS, GROUPS);
        write(CONTROL + HostInterface.GROUP_STRIDE, STRIDE);
        for (int group = 0; group < GROUPS; group++) {
            int control = CONTROL + HostInterface.FIRST_GROUP + group * STRIDE;
            write(control + HostInterface.INPUT, groupInput(group));
            write(control + HostInterface.OUTPUT, groupOutput(group));
            write(control + HostInterface.SUSPEND_SIZE, SUSPEND_SIZE);
            write(control + HostInterface.PROTM_SUSPEND_SIZE, SUSPEND_SIZE);
            write(control + HostInterface.STREAMS, STREAMS);
            write(control + HostInterface.STREAM_STRIDE, STREAM_STRIDE);
            for (int stream = 0; stream < STREAMS; stream++) {
                int at = control + HostInterface.FIRST_STREAM + stream * STREAM_STRIDE;
                write(at, FEATURES);
                write(at + HostInterface.INPUT, streamInput(group, stream));
                write(at + HostInterface.OUTPUT, streamOutput(group, stream));
            }
        }
        write(CONTROL + HostInterface.VERSION, VERSION);
    }

    static int globalInput() {
        return INPUT;
    }

    static int globalOutput() {
        return OUTPUT;
    }

    static int groupInput(int group) {
        return INPUT + STRIDE * (group + 1);
    }

    static int groupOutput(int group) {
        return groupInput(group) + 0x800;
    }

    static int streamInput(int group, int stream) {
        return groupInput(group) + 0x100 + stream * 0x80;
    }

    static int streamOutput(int group, int stream) {
        return groupOutput(group) + 0x100 + stream * 0x90;
    }

    int read(int address) {
        return memory.readInt(SPACE, Integer.toUnsignedLong(address));
    }

    long readLong(int address) {
        return memory.readLong(SPACE, Integer.toUnsignedLong(address));
    }

    void write(int address, int value) {
        memory.writeInt(SPACE, Integer.toUnsignedLong(address), value);
    }

    /** The requests of an input that differ from the acknowledgements of its output. */
    int pending(int input, int output, int word) {
        return read(input + word) ^ read(output + word);
    }

    /** Acknowledges requests. */
    void acknowledge(int input, int output, int word, int bits) {
        int request = read(input + word);
        int answer = read(output + word);
        write(output + word, answer & ~bits | request & bits);
    }

    /** Makes an event pending. */
    void tell(int input, int output, int word, int bits) {
        int request = read(input + word);
        int answer = read(output + word);
        write(output + word, answer & ~bits | ~request & bits);
    }
}
