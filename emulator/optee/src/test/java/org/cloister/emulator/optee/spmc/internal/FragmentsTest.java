// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.cloister.emulator.optee.testing.FfaWorld.assertRefused;
import static org.cloister.emulator.optee.testing.FfaWorld.assertSuccess;
import static org.cloister.emulator.optee.testing.TestMachine.MIB;
import static org.cloister.emulator.optee.testing.TestMachine.PAGE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.cloister.emulator.optee.testing.Descriptor;
import org.cloister.emulator.optee.testing.FfaWorld;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.BusFault;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Descriptors that come in fragments, and firmware that takes none. */
class FragmentsTest {
    private static final long A = TestMachine.FREE;

    private final TestMachine machine = TestMachine.ffa().fragments().boot();
    private final FfaWorld world = new FfaWorld(machine);

    @AfterEach
    void switchOff() {
        machine.close();
    }

    private SmcRegisters begin(int function, Descriptor descriptor, long first) {
        machine.cpu().write(FfaWorld.TX, descriptor.bytes().asSlice(0, first));
        return machine.call(FfaFunction.wide(function), descriptor.length(), first);
    }

    private SmcRegisters next(Descriptor descriptor, SmcRegisters asked, long length) {
        assertThat(asked.w(0)).as("%s", asked).isEqualTo(FfaFunction.MEM_FRAG_RX);
        MemorySegment rest = descriptor.bytes().asSlice(asked.x(3), length);
        machine.cpu().write(FfaWorld.TX, rest);
        return machine.call(FfaFunction.MEM_FRAG_TX, asked.x(1), asked.x(2), length, asked.x(4));
    }

    private SmcRegisters inPieces(int function, Descriptor descriptor, long first, long piece) {
        SmcRegisters answer = begin(function, descriptor, first);
        while (answer.w(0) == FfaFunction.MEM_FRAG_RX) {
            answer = next(descriptor, answer, Math.min(piece, descriptor.length() - answer.x(3)));
        }
        return answer;
    }

    @ParameterizedTest
    @EnumSource(FfaVersion.class)
    void aDescriptorIsPutTogether(FfaVersion version) {
        world.begin(version);
        Descriptor descriptor = Descriptor.lending(version, 1);
        for (int i = 0; i < 256; i++) {
            descriptor.range(A + (long) i * PAGE, 1);
        }
        assertSuccess(inPieces(FfaFunction.MEM_LEND, descriptor, PAGE, PAGE));
        assertThatExceptionOfType(BusFault.class).isThrownBy(() -> machine.read(A + MIB - 1, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 15, 16, 17, 40, 100})
    void itMayBeCutAnywhereBehindTheHeader(int piece) {
        world.begin(FfaVersion.V1_2);
        Descriptor descriptor = Descriptor.sharing(FfaVersion.V1_2).range(A, 1).range(A + 2 * PAGE, 1);
        assertSuccess(inPieces(FfaFunction.MEM_SHARE, descriptor, 48, piece));
    }

    @Test
    void whatIsAskedForIsSaid() {
        world.begin(FfaVersion.V1_2);
        Descriptor descriptor = Descriptor.share(FfaVersion.V1_2, A);
        SmcRegisters asked = begin(FfaFunction.MEM_SHARE, descriptor, 96);
        assertThat(asked.x(0)).isEqualTo(FfaFunction.MEM_FRAG_RX & 0xFFFFFFFFL);
        assertThat(asked.x(3)).isEqualTo(96);
        assertThat(asked.x(4)).isZero();
        assertThat(asked.pair(1, 2)).isNotZero();
        assertSuccess(next(descriptor, asked, 16));
    }

    @Test
    void transactionsMayBeMixed() {
        world.begin(FfaVersion.V1_2);
        List<Descriptor> descriptors = new ArrayList<>();
        List<SmcRegisters> asked = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            descriptors.add(Descriptor.share(FfaVersion.V1_2, A + (long) i * PAGE));
            asked.add(begin(FfaFunction.MEM_SHARE, descriptors.get(i), 80));
        }
        assertThat(asked).extracting(registers -> registers.x(1)).doesNotHaveDuplicates();
        assertRefused(begin(FfaFunction.MEM_SHARE, descriptors.getFirst(), 80), FfaStatus.NO_MEMORY);
        for (int i = 15; i >= 0; i--) {
            assertSuccess(next(descriptors.get(i), asked.get(i), 32));
        }
    }

    @Test
    void aWholeDescriptorNeedsNoFragments() {
        world.begin(FfaVersion.V1_2);
        assertSuccess(world.share(Descriptor.share(FfaVersion.V1_2, A)));
        assertRefused(machine.call(FfaFunction.MEM_FRAG_RX, 0, 0, 0, 0), FfaStatus.INVALID_PARAMETERS);
    }

    @Test
    void whatIsWrongIsFoundWhenItIsWhole() {
        world.begin(FfaVersion.V1_2);
        String before = machine.firmware().describe();
        Descriptor wrong = Descriptor.share(FfaVersion.V1_2, TestMachine.SECURE_RAM);
        assertRefused(inPieces(FfaFunction.MEM_SHARE, wrong, 80, 16), FfaStatus.INVALID_PARAMETERS);
        assertThat(machine.firmware().lastBrokenRule()).isEqualTo("range.normal");
        assertThat(machine.firmware().describe().replaceAll("next \\d+", ""))
                .isEqualTo(before.replaceAll("next \\d+", ""));
    }

    @Test
    void aBadFragmentEndsItsTransaction() {
        world.begin(FfaVersion.V1_2);
        Descriptor descriptor = Descriptor.share(FfaVersion.V1_2, A);
        SmcRegisters asked = begin(FfaFunction.MEM_SHARE, descriptor, 80);
        assertRefused(machine.call(FfaFunction.MEM_FRAG_TX, asked.x(1), asked.x(2), 33, 0),
                FfaStatus.INVALID_PARAMETERS);
        assertThat(machine.firmware().lastBrokenRule()).isEqualTo("fragment.fits-rest");
        assertRefused(next(descriptor, asked, 32), FfaStatus.INVALID_PARAMETERS);
        assertThat(machine.firmware().lastBrokenRule()).isEqualTo("fragment.handle");
    }

    @Test
    void aStrangerDoesNotEndIt() {
        world.begin(FfaVersion.V1_2);
        Descriptor descriptor = Descriptor.share(FfaVersion.V1_2, A);
        SmcRegisters asked = begin(FfaFunction.MEM_SHARE, descriptor, 80);
        assertRefused(machine.call(FfaFunction.MEM_FRAG_TX, asked.x(1), asked.x(2), 32, 1 << 16),
                FfaStatus.INVALID_PARAMETERS);
        assertRefused(machine.call(FfaFunction.MEM_FRAG_TX, asked.x(1) + 1, asked.x(2), 32, 0),
                FfaStatus.INVALID_PARAMETERS);
        assertSuccess(next(descriptor, asked, 32));
    }

    @Test
    void opteeItselfTakesNone() {
        try (TestMachine plain = TestMachine.ffa().boot()) {
            FfaWorld driver = new FfaWorld(plain).begin(FfaVersion.V1_2);
            Descriptor descriptor = Descriptor.share(FfaVersion.V1_2, A);
            driver.put(descriptor);
            String before = plain.state();
            assertRefused(plain.call(FfaFunction.MEM_SHARE, descriptor.length(), descriptor.length() - 16),
                    FfaStatus.INVALID_PARAMETERS);
            assertRefused(plain.call(FfaFunction.MEM_FRAG_RX, 0, 0, 0, 0), FfaStatus.NOT_SUPPORTED);
            assertRefused(plain.call(FfaFunction.MEM_FRAG_TX, 0, 0, 16, 0), FfaStatus.INVALID_PARAMETERS);
            assertThat(plain.state()).isEqualTo(before);
        }
    }
}
