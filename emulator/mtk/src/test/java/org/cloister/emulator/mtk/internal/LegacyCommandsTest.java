// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.platform.layout.MtkCommand.CM_CMA;
import static org.cloister.platform.layout.MtkCommand.CM_TZ;

import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaSession;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.layout.MtkCommand;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands of 2023. */
class LegacyCommandsTest {
    private static final int PAGE = 4096;
    private static final int MIB = 1 << 20;
    private static final int BLOCK = 0x8000_0000;

    private final Secure hardware = new Secure();
    private final TaInstance instance =
            new MemoryApplication(MtkCommand.APPLICATION, Numbering.LEGACY).create(hardware);
    private final TaSession session = instance.open(new Call());

    private static void expect(int code, int wanted) {
        assertThat(TeeCode.name(code)).isEqualTo(TeeCode.name(wanted));
    }

    private static Call request(int size, int alignment, int type, int base, int length) {
        return new Call().in(alignment, type).in(size, 0).inout(base, length);
    }

    private void refused(Call call, int command, int code) {
        String before = instance.toString() + hardware.guarded;
        expect(call.of(session, command), code);
        assertThat(instance.toString() + hardware.guarded).isEqualTo(before);
    }

    private int allocated(int command, Call call) {
        expect(call.of(session, command), TeeCode.SUCCESS);
        assertThat(call.a[2]).isNotZero();
        assertThat(call.b[2]).isZero();
        return call.a[2];
    }

    private void done(int command, int handle) {
        Call call = new Call().in(handle, 0).out();
        expect(call.of(session, command), TeeCode.SUCCESS);
        assertThat(call.a[1]).isZero();
    }

    @ParameterizedTest
    @CsvSource({"14, 4", "15, 7", "14, 7"})
    void zeroedMemoryIsAllocatedAndFreed(int allocate, int free) {
        int handle = allocated(allocate, request(2 * PAGE, PAGE, CM_TZ, 0, 0));
        assertThat(hardware.cleared).containsExactly(new AddressRange(Secure.CARVE_OUT.base(), 2 * PAGE));
        done(free, handle);
        refused(new Call().in(handle, 0).out(), free, TeeCode.ITEM_NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5})
    void memoryMayBeHadAsItIs(int allocate) {
        allocated(allocate, request(PAGE, PAGE, CM_TZ, 0, 0));
        assertThat(hardware.cleared).isEmpty();
    }

    @Test
    void theFirstAllocationHandsMemoryOverAndTheLastReferenceGivesItBack() {
        refused(request(MIB, PAGE, CM_CMA, 0, 0), 15, TeeCode.OUT_OF_MEMORY);
        int handle = allocated(15, request(MIB, PAGE, CM_CMA, BLOCK, 8 * MIB));
        assertThat(hardware.guarded).hasSize(1);
        done(6, handle);
        done(3, handle);
        done(7, handle);
        done(4, handle);
        assertThat(hardware.guarded).hasSize(1);
        hardware.stuck.add(0x8000_0000L);
        Call stuck = new Call().in(handle, 0).out();
        expect(stuck.of(session, 7), TeeCode.SUCCESS);
        assertThat(stuck.a[1]).isEqualTo(MtkCommand.NOT_FREED);
        hardware.stuck.clear();
        done(7, handle);
        assertThat(hardware.guarded).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 4096, 1, 0, 0", "4097, 4096, 1, 0, 0", "4096, 0, 1, 0, 0", "4096, 12, 1, 0, 0",
            "4096, 4096, 0, 0, 0", "4096, 4096, 3, 0, 0", "4096, 4096, 1, 0, 1", "4096, 4096, 2, -2147483647, 4096",
            "4096, 4096, 2, -4096, 8192"})
    void allocationsOfWrongNumbersAreRefused(int size, int alignment, int type, int base, int length) {
        for (int command : new int[] {2, 5, 14, 15}) {
            refused(request(size, alignment, type, base, length), command, TeeCode.BAD_PARAMETERS);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 14, 15})
    void parametersOfOtherTypesAndReservedNumbersAreRefused(int command) {
        refused(new Call(), command, TeeCode.BAD_PARAMETERS);
        refused(new Call().room(64).out(), command, TeeCode.BAD_PARAMETERS);
        refused(new Call().in(1, 1).in(PAGE, 1).inout(0, 0), command, TeeCode.BAD_PARAMETERS);
        refused(new Call().in(1, 1).out(), command, TeeCode.BAD_PARAMETERS);
        refused(new Call().in(PAGE, CM_TZ).in(PAGE, 0).inout(0, 0).out(), command, TeeCode.BAD_PARAMETERS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 9, 10, 11, 12, 13, 16, 17, 21, 22, 26, 27, MtkCommand.ZEROED_ALLOCATE,
            MtkCommand.FREE, MtkCommand.RETRIEVE_SEGMENTS, MtkCommand.REGION_COUNT, MtkCommand.PROTECT_FOR})
    void otherCommandsAreUnknown(int command) {
        refused(request(PAGE, PAGE, CM_TZ, 0, 0), command, TeeCode.NOT_SUPPORTED);
    }
}
