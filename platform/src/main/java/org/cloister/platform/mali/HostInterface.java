// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.mali;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The memory in which host and firmware meet: the shared section. Both sides write to areas of their own; a bit of a
 * request that differs from the same bit of the acknowledgement is pending, in whichever direction. Offsets are in bytes
 * from the start of a control, input or output area. (Linux: {@code panthor_fw.h}.)
 *
 * <pre>
 *  global control        0 version  4 features  8 input  12 output  16 groups  20 group stride
 *  global input          0 request  4 interrupt mask  8 doorbells
 *  global output         0 acknowledgement  8 doorbells
 *  group control         0 features  4 input  8 output  12 suspend size  16 protected suspend size  20 streams  24 stride
 *  group input           0 request  4 interrupt mask  8 doorbells  12 stream events seen  48 endpoints
 *                        64 suspend buffer  72 protected suspend buffer  80 configuration (address space)
 *  group output          0 acknowledgement  8 doorbells  12 stream events
 *  stream control        0 features  4 input  8 output
 *  stream input          0 request  4 configuration  12 interrupt mask  16 ring  24 ring size  48 ring input  56 ring output
 *  stream output         0 acknowledgement  72 wait  128 fault  132 fatal
 *  ring input, output    0 insert, or extract
 * </pre>
 */
@ProviderType
public final class HostInterface {
    /** Where the first group's control area is, from that of the global interface. */
    public static final int FIRST_GROUP = 0x1000;
    /** Where the first stream's control area is, from that of its group. */
    public static final int FIRST_STREAM = 0x40;

    /** Global control: the version, 0 until the firmware has booted. */
    public static final int VERSION = 0;
    /** Global control: the address of the input area. */
    public static final int GLOBAL_INPUT = 8;
    /** Global control: the address of the output area. */
    public static final int GLOBAL_OUTPUT = 12;
    /** Global control: how many groups there are. */
    public static final int GROUPS = 16;
    /** Global control: bytes from one group's control area to the next. */
    public static final int GROUP_STRIDE = 20;

    /** Any input: requests of the host. Any output: acknowledgements of the firmware. */
    public static final int REQUEST = 0;
    /** Global and group input: which acknowledgements interrupt. */
    public static final int INTERRUPT_MASK = 4;
    /** Global and group input, and output: which group, or stream, is to look at its requests. */
    public static final int DOORBELLS = 8;

    /** Global request, a level: stop. */
    public static final int HALT = 1;
    /** Global request: enter protected mode. */
    public static final int PROTM_ENTER = 1 << 4;
    /** Global request: are you there? In protected mode it also makes the firmware leave that. */
    public static final int PING = 1 << 8;
    /** Global event: protected mode was left. */
    public static final int PROTM_EXIT = 1 << 23;

    /** Group and stream control: the address of the input area. */
    public static final int INPUT = 4;
    /** Group and stream control: the address of the output area. */
    public static final int OUTPUT = 8;
    /** Group control: bytes of a suspend buffer. */
    public static final int SUSPEND_SIZE = 12;
    /** Group control: bytes of a suspend buffer for protected mode. */
    public static final int PROTM_SUSPEND_SIZE = 16;
    /** Group control: how many streams a group has. */
    public static final int STREAMS = 20;
    /** Group control: bytes from one stream's control area to the next. */
    public static final int STREAM_STRIDE = 24;

    /** Group request, bits 2:0: what it is to be. */
    public static final int STATE_MASK = 7;
    /** Group state: gone. */
    public static final int GROUP_TERMINATE = 0;
    /** Group state: running, from the start. */
    public static final int GROUP_START = 1;
    /** Group event: a synchronisation object was written. */
    public static final int SYNC_UPDATE = 1 << 28;
    /** Group input: events of streams that the host has seen; output: events that there were. A bit for each stream. */
    public static final int STREAM_EVENTS = 12;
    /** Group input: bits 31:28 the priority. */
    public static final int ENDPOINTS = 48;
    /** Where the priority is in {@link #ENDPOINTS}. */
    public static final int PRIORITY_SHIFT = 28;
    /** Group input, 64 bits: where the firmware may save the state of the group. */
    public static final int SUSPEND_BUFFER = 64;
    /** Group input, 64 bits: where it may in protected mode; 0 for a group that is not protected. */
    public static final int PROTM_SUSPEND_BUFFER = 72;
    /** Group input: bits 3:0 the number of its address space. */
    public static final int GROUP_CONFIGURATION = 80;

    /** Stream request, bits 2:0: stopped. */
    public static final int STREAM_STOP = 0;
    /** Stream request, bits 2:0: running. */
    public static final int STREAM_START = 1;
    /** Stream event: it came to a protected region. */
    public static final int PROTM_PENDING = 1 << 27;
    /** Stream event: it cannot go on. */
    public static final int FATAL = 1 << 30;
    /** Stream input: which events interrupt. */
    public static final int STREAM_INTERRUPT_MASK = 12;
    /** Stream input, 64 bits: where its ring is. */
    public static final int RING = 16;
    /** Stream input: bytes of its ring. */
    public static final int RING_SIZE = 24;
    /** Stream input, 64 bits: where the host's side of the ring is, in the firmware's address space. */
    public static final int RING_INPUT = 48;
    /** Stream input, 64 bits: where the firmware's side of the ring is. */
    public static final int RING_OUTPUT = 56;
    /** Stream output: what it waits for, {@link #WAIT_PROTM}. */
    public static final int STREAM_WAIT = 72;
    /** What a stream waits for: protected mode. */
    public static final int WAIT_PROTM = 1 << 29;
    /** Stream output: bits 7:0 which exception was fatal. */
    public static final int FATAL_STATUS = 132;
    /** Exception: the bus blocked an access. */
    public static final int BUS_FAULT = 0x48;
    /** Exception: no instruction. */
    public static final int INVALID_INSTRUCTION = 0x49;
    /** Exception: nothing is mapped there, at the last level of tables. */
    public static final int TRANSLATION_FAULT = 0xc3;
    /** Exception: what is mapped there must not be accessed so. */
    public static final int PERMISSION_FAULT = 0xcb;

    private HostInterface() {}
}
