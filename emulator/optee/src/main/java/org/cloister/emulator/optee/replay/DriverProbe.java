// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import java.lang.foreign.MemorySegment;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaReceiver;
import org.cloister.platform.layout.FfaTransactionWriter;
import org.cloister.platform.layout.FfaVersion;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;

/**
 * What Linux's drivers do when they find OP-TEE behind FF-A, as far as firmware remembers it: the version, the buffers,
 * the notification of the bottom half, and one page for messages, which keeps the first handle. The golden vectors were
 * recorded below these drivers, so that this is the state in which each of their groups begins.
 */
final class DriverProbe {
    /** Where the driver's TX buffer is. */
    static final long TX = FreshFirmware.RAM + 0x100_0000L;
    /** Where the driver's RX buffer is. */
    static final long RX = TX + 0x1000;

    private static final long MESSAGES = RX + 0x1000;
    private static final int OS = 0x8001;
    private static final int SHARED_ATTRIBUTES = 0x2F;
    private static final int PROCESSORS = 2;
    private static final int PAGE = 4096;

    private final SmcConduit conduit;
    private final PhysicalMemory memory;
    private final SmcRegisters registers = new SmcRegisters();

    DriverProbe(SmcConduit conduit, PhysicalMemory memory) {
        this.conduit = conduit;
        this.memory = memory;
    }

    void run() {
        conduit.call(registers.function(FfaFunction.VERSION).setW(1, FfaVersion.V1_2.word()));
        conduit.call(registers.function(FfaFunction.wide(FfaFunction.RXTX_MAP)).set(1, TX).set(2, RX).set(3, 1));
        conduit.call(registers.function(FfaFunction.NOTIFICATION_BITMAP_CREATE).setW(2, PROCESSORS));
        conduit.call(registers.function(FfaFunction.PARTITION_INFO_GET));
        conduit.call(registers.function(FfaFunction.RX_RELEASE));
        conduit.call(registers.function(FfaFunction.NOTIFICATION_BIND).setW(1, OS << 16).setW(3, 1));
        conduit.call(registers.function(FfaFunction.DIRECT_REQUEST).setW(1, OS)
                .setW(3, OpteeFfa.ENABLE_ASYNC_NOTIF));
        sendMessage(shareMessages());
    }

    private long shareMessages() {
        MemorySegment descriptor = MemorySegment.ofArray(new byte[PAGE]);
        long length = new FfaTransactionWriter()
                .begin(descriptor, 0, FfaVersion.V1_2, 0, SHARED_ATTRIBUTES, 0, 0, 1)
                .receiver(OS, FfaReceiver.READ_WRITE)
                .range(MESSAGES, 1)
                .end();
        memory.write(TX, descriptor);
        conduit.call(registers.function(FfaFunction.wide(FfaFunction.MEM_SHARE)).set(1, length).set(2, length));
        return registers.pair(2, 3);
    }

    /** Asks how to lend memory: from then on the firmware knows the page as one for messages. */
    private void sendMessage(long handle) {
        MemorySegment message = MemorySegment.ofArray(new byte[PAGE]);
        OpteeMessage.write(message, 0, OpteeMessage.GET_PROTMEM_CONFIG, 0, 0, 0, 2);
        OpteeParameter.value(message, OpteeMessage.paramAt(0, 0), OpteeParameter.VALUE_INOUT, 1, 0, 0);
        OpteeParameter.shared(message, OpteeMessage.paramAt(0, 1), OpteeParameter.RMEM_OUTPUT, 0, 0, 0,
                OpteeParameter.NO_HANDLE);
        memory.write(MESSAGES, message);
        conduit.call(registers.function(FfaFunction.DIRECT_REQUEST).setW(1, OS)
                .setW(3, OpteeFfa.CALL_WITH_ARG).setPair(4, 5, handle));
    }
}
