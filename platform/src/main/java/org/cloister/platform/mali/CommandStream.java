// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.mali;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Instructions of a command stream: 64 bits each, the opcode in bits 63:56.
 *
 * <pre>
 *  MOVE         1   55:48 register pair   47:0 value
 *  RUN_COMPUTE  4   47:40 register pair that holds the address of a {@link ComposeJob}
 *  PROT_REGION 41   15:0 bytes of the instructions that follow, which run in protected mode
 *  SYNC_SET64  52   47:40 register pair with an address   39:32 register pair with what is written there
 * </pre>
 */
@ProviderType
public final class CommandStream {
    /** Bytes of an instruction. */
    public static final int BYTES = 8;
    /** Does nothing. */
    public static final int NOP = 0;
    /** Fills a register pair. */
    public static final int MOVE = 1;
    /** Runs a job on the shader cores, and waits for it. */
    public static final int RUN_COMPUTE = 4;
    /** Begins a protected region. */
    public static final int PROT_REGION = 41;
    /** Writes a synchronisation object, and tells the host. */
    public static final int SYNC_SET64 = 52;
    /** Registers of 32 bits that a stream has. */
    public static final int REGISTERS = 96;

    private static final int OPCODE_SHIFT = 56;
    private static final int DESTINATION_SHIFT = 48;
    private static final int ADDRESS_SHIFT = 40;
    private static final int DATA_SHIFT = 32;
    private static final long VALUE = (1L << DESTINATION_SHIFT) - 1;
    private static final int LENGTH = 0xffff;

    private CommandStream() {}

    /** Fills register pair {@code register} with the lower 48 bits of a value. */
    public static long move(int register, long value) {
        return (long) MOVE << OPCODE_SHIFT | (long) register << DESTINATION_SHIFT | value & VALUE;
    }

    /** Runs the job whose address is in register pair {@code register}. */
    public static long runCompute(int register) {
        return (long) RUN_COMPUTE << OPCODE_SHIFT | (long) register << ADDRESS_SHIFT;
    }

    /** The next {@code instructions} instructions run in protected mode. */
    public static long protectedRegion(int instructions) {
        return (long) PROT_REGION << OPCODE_SHIFT | (long) instructions * BYTES;
    }

    /** Writes register pair {@code data} to the address in register pair {@code address}. */
    public static long syncSet(int address, int data) {
        return (long) SYNC_SET64 << OPCODE_SHIFT | (long) address << ADDRESS_SHIFT | (long) data << DATA_SHIFT;
    }

    /** Which instruction it is. */
    public static int opcode(long instruction) {
        return (int) (instruction >>> OPCODE_SHIFT);
    }

    /** The register pair that is filled. */
    public static int destination(long instruction) {
        return (int) (instruction >>> DESTINATION_SHIFT) & 0xff;
    }

    /** The register pair with an address. */
    public static int address(long instruction) {
        return (int) (instruction >>> ADDRESS_SHIFT) & 0xff;
    }

    /** The register pair with data. */
    public static int data(long instruction) {
        return (int) (instruction >>> DATA_SHIFT) & 0xff;
    }

    /** What a register pair is filled with. */
    public static long value(long instruction) {
        return instruction & VALUE;
    }

    /** Bytes of a protected region. */
    public static int regionLength(long instruction) {
        return (int) instruction & LENGTH;
    }
}
