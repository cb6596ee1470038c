// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.optee.testing.FfaWorld.assertRefused;
import static org.cloister.emulator.optee.testing.FfaWorld.assertSuccess;
import static org.cloister.emulator.optee.testing.TestMachine.PAGE;

import org.cloister.emulator.optee.testing.Descriptor;
import org.cloister.emulator.optee.testing.FfaWorld;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.layout.FfaVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The caller's RX and TX buffers: who has them when. */
class BuffersTest {
    private static final int MAP = FfaFunction.wide(FfaFunction.RXTX_MAP);
    private static final long A = TestMachine.FREE;

    private final TestMachine machine = TestMachine.ffa().boot();
    private final FfaWorld world = new FfaWorld(machine);

    @AfterEach
    void switchOff() {
        machine.close();
    }

    @Test
    void theyAreMappedOnceUntilUnmapped() {
        assertSuccess(world.map());
        assertRefused(world.map(), FfaStatus.DENIED);
        assertSuccess(machine.call(FfaFunction.RXTX_UNMAP));
        assertRefused(machine.call(FfaFunction.RXTX_UNMAP), FfaStatus.INVALID_PARAMETERS);
        assertSuccess(world.map());
    }

    @Test
    void theNarrowFormTakesTheLowHalves() {
        assertSuccess(machine.call(FfaFunction.RXTX_MAP, 0xFFFF_FFFF_0000_0000L | A, A + PAGE, 1));
    }

    @ParameterizedTest
    @CsvSource({"0x44000001, 0x44001000, 1", "0x44000000, 0x44001800, 1", "0x44000000, 0x44001000, 0",
            "0x44000000, 0x44001000, 64", "0x44000000, 0x44001000, -1", "0, 0x44001000, 1", "0x44000000, 0, 1",
            "0x7ffff000, 0x44001000, 2", "0x44000000, 0x7ffff000, 2", "0x0e100000, 0x44001000, 1",
            "0xfffffffffffff000, 0x44001000, 1", "0x44000000, 0xfffffffffffff000, 1"})
    void badPlacesAreRefused(String tx, String rx, long pages) {
        String before = machine.state();
        assertRefused(machine.call(MAP, Long.parseUnsignedLong(tx.replace("0x", ""), 16),
                Long.parseUnsignedLong(rx.replace("0x", ""), 16), pages), FfaStatus.INVALID_PARAMETERS);
        assertThat(machine.state()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 63})
    void theyMayHaveManyPages(int pages) {
        assertSuccess(machine.call(MAP, A, A + 64L * PAGE, pages));
        // a descriptor longer than a page, as there is room
        Descriptor descriptor = Descriptor.sharing(FfaVersion.V1_0);
        for (int i = 0; i < 300; i++) {
            descriptor.range(A + TestMachine.MIB + 2L * i * PAGE, 1);
        }
        machine.cpu().write(A, descriptor.bytes());
        var answer = machine.call(FfaFunction.MEM_SHARE, descriptor.length(), descriptor.length());
        if (pages == 1) {
            assertRefused(answer, FfaStatus.DENIED);
        } else {
            assertSuccess(answer);
        }
    }

    @Test
    void whatWasReceivedIsReadBeforeMoreIs() {
        world.begin(FfaVersion.V1_1);
        assertRefused(world.release(), FfaStatus.DENIED);
        assertSuccess(world.partitions());
        assertRefused(world.partitions(), FfaStatus.BUSY);
        assertRefused(world.partitions(), FfaStatus.BUSY);
        assertSuccess(world.release());
        assertRefused(world.release(), FfaStatus.DENIED);
        assertSuccess(world.partitions());
    }

    @Test
    void countingNeedsNoBuffer() {
        var answer = machine.call(FfaFunction.PARTITION_INFO_GET, 0, 0, 0, 0, 1);
        assertSuccess(answer);
        assertThat(answer.x(2)).isEqualTo(1);
        assertRefused(world.release(), FfaStatus.DENIED);
    }

    @Test
    void withoutBuffersThereIsNoWhere() {
        assertRefused(world.partitions(), FfaStatus.BUSY);
        assertRefused(world.release(), FfaStatus.DENIED);
        assertRefused(machine.call(FfaFunction.MEM_SHARE, 112, 112), FfaStatus.DENIED);
    }

    @Test
    void afterNewBuffersNothingIsReceived() {
        world.begin(FfaVersion.V1_1);
        assertSuccess(world.partitions());
        assertSuccess(machine.call(FfaFunction.RXTX_UNMAP));
        assertSuccess(world.map());
        assertSuccess(world.partitions());
    }

    @Test
    void descriptorsMayBeInMemoryOfTheCallersChoice() {
        Descriptor descriptor = Descriptor.share(FfaVersion.V1_0, A);
        machine.cpu().write(A + PAGE, descriptor.bytes());
        var answer = machine.call(FfaFunction.wide(FfaFunction.MEM_SHARE), descriptor.length(), descriptor.length(),
                A + PAGE, 1);
        assertThat(FfaWorld.handle(answer)).isEqualTo(1L << 44);
    }
}
