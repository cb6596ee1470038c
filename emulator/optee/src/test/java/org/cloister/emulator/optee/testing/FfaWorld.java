// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaVersion;

/** What a driver for FF-A does, call by call, on a machine of a test. */
public final class FfaWorld {
    /** Where the TX buffer is. */
    public static final long TX = TestMachine.RAM + 0x100_0000L;
    /** Where the RX buffer is. */
    public static final long RX = TX + TestMachine.PAGE;

    private final TestMachine machine;

    /** Talks to a machine to which nobody talked yet. */
    public FfaWorld(TestMachine machine) {
        this.machine = machine;
    }

    /** Negotiates a version and maps the buffers. */
    public FfaWorld begin(FfaVersion version) {
        assertThat(machine.call(FfaFunction.VERSION, version.word()).w(0)).isEqualTo(FfaVersion.V1_2.word());
        assertSuccess(map());
        return this;
    }

    /** Maps the buffers. */
    public SmcRegisters map() {
        return machine.call(FfaFunction.wide(FfaFunction.RXTX_MAP), TX, RX, 1);
    }

    /** Shares memory by a descriptor in the TX buffer. */
    public SmcRegisters share(Descriptor descriptor) {
        return send(FfaFunction.wide(FfaFunction.MEM_SHARE), descriptor);
    }

    /** Lends memory by a descriptor in the TX buffer. */
    public SmcRegisters lend(Descriptor descriptor) {
        return send(FfaFunction.wide(FfaFunction.MEM_LEND), descriptor);
    }

    /** Makes a memory transaction by a descriptor in the TX buffer. */
    public SmcRegisters send(int function, Descriptor descriptor) {
        put(descriptor);
        return machine.call(function, descriptor.length(), descriptor.length());
    }

    /** Puts a descriptor into the TX buffer, as far as it fits. */
    public void put(Descriptor descriptor) {
        long size = Math.min(descriptor.length(), TestMachine.PAGE);
        machine.cpu().write(TX, descriptor.bytes().asSlice(0, size));
    }

    /** Takes memory back. */
    public SmcRegisters reclaim(long handle) {
        return machine.call(FfaFunction.MEM_RECLAIM, handle & 0xFFFF_FFFFL, handle >>> 32);
    }

    /** Gives the RX buffer back. */
    public SmcRegisters release() {
        return machine.call(FfaFunction.RX_RELEASE);
    }

    /** Asks for the partitions. */
    public SmcRegisters partitions() {
        return machine.call(FfaFunction.PARTITION_INFO_GET);
    }

    /** Makes a direct request to the trusted OS. */
    public SmcRegisters request(long... w3) {
        long[] arguments = new long[2 + w3.length];
        arguments[0] = Descriptor.OS;
        System.arraycopy(w3, 0, arguments, 2, w3.length);
        return machine.call(FfaFunction.DIRECT_REQUEST, arguments);
    }

    /** Checks that a transaction was accepted, and tells its handle. */
    public static long handle(SmcRegisters answer) {
        assertSuccess(answer);
        return answer.pair(2, 3);
    }

    /** Checks that a call succeeded. */
    public static void assertSuccess(SmcRegisters answer) {
        assertThat(FfaFunction.narrow(answer.w(0))).as("%s", answer).isEqualTo(FfaFunction.SUCCESS);
    }

    /** Checks that a call was refused, and how. */
    public static void assertRefused(SmcRegisters answer, FfaStatus status) {
        assertThat(answer.w(0)).as("%s", answer).isEqualTo(FfaFunction.ERROR);
        assertThat(FfaStatus.of(answer.w(2))).as("%s", answer).contains(status);
    }
}
