// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cloister.platform.layout.MtkCommand.CM_CMA;
import static org.cloister.platform.layout.MtkCommand.CM_TZ;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaSession;
import org.cloister.heap.HeapError;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.layout.MtkCommand;
import org.cloister.platform.layout.MtkSegment;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The current commands, one at a time. */
class CurrentCommandsTest {
    private static final int PAGE = 4096;
    private static final int MIB = 1 << 20;
    private static final int BLOCK = 0x8000_0000;

    private final Secure hardware = new Secure();
    private final TaInstance instance =
            new MemoryApplication(MtkCommand.APPLICATION, Numbering.CURRENT).create(hardware);
    private final TaSession session = instance.open(new Call());

    private static void expect(int code, int wanted) {
        assertThat(TeeCode.name(code)).isEqualTo(TeeCode.name(wanted));
    }

    private static Call request(int size, int alignment, int type, int base, int length) {
        return new Call().in(size, alignment).in(type, 0).inout(base, length).out();
    }

    private Call allocated(int type, int size, int base, int length) {
        Call call = request(size, PAGE, type, base, length);
        expect(call.of(session, MtkCommand.ZEROED_ALLOCATE), TeeCode.SUCCESS);
        return call;
    }

    private void refused(Call call, int command, int code) {
        String before = instance.toString() + hardware.guarded;
        expect(call.of(session, command), code);
        assertThat(instance.toString() + hardware.guarded).isEqualTo(before);
    }

    private int freed(int handle) {
        Call call = new Call().in(handle, 0).out();
        expect(call.of(session, MtkCommand.FREE), TeeCode.SUCCESS);
        return call.a[1];
    }

    private List<AddressRange> segments(int handle) {
        Call call = new Call().in(handle, 0).room(8192);
        expect(call.of(session, MtkCommand.RETRIEVE_SEGMENTS), TeeCode.SUCCESS);
        assertThat(call.written[1] % MtkSegment.SIZE).isZero();
        return IntStream.range(0, (int) (call.written[1] / MtkSegment.SIZE))
                .mapToObj(i -> new AddressRange(MtkSegment.address(call.memory[1], MtkSegment.at(i)),
                        MtkSegment.length(call.memory[1], MtkSegment.at(i))))
                .toList();
    }

    @Test
    void whatBootProtectedServesCmTz() {
        Call call = allocated(CM_TZ, 2 * PAGE, 0, 0);
        assertThat(call.a[2]).isEqualTo(1);
        assertThat(Integer.toUnsignedLong(call.b[2])).isEqualTo(Secure.CARVE_OUT.base());
        assertThat(call.a[3]).isNotZero();
        assertThat(segments(call.a[3])).containsExactly(new AddressRange(Secure.CARVE_OUT.base(), 2 * PAGE));
        assertThat(hardware.cleared).containsExactly(new AddressRange(Secure.CARVE_OUT.base(), 2 * PAGE));
        assertThat(hardware.guarded).isEmpty();
        assertThat(freed(call.a[3])).isEqualTo(MtkCommand.FREED);
        refused(new Call().in(call.a[3], 0).out(), MtkCommand.FREE, TeeCode.ITEM_NOT_FOUND);
    }

    @Test
    void aBlockIsTheApplicationsWhileABufferLiesInIt() {
        refused(request(PAGE, PAGE, CM_CMA, 0, 0), MtkCommand.ZEROED_ALLOCATE, TeeCode.OUT_OF_MEMORY);
        Call first = allocated(CM_CMA, PAGE, BLOCK, 4 * MIB);
        assertThat(hardware.granted).containsExactly(Map.entry(0x8000_0000L, "use case 1"));
        Call second = allocated(CM_CMA, PAGE, 0, 0);
        assertThat(freed(first.a[3])).isEqualTo(MtkCommand.FREED);
        assertThat(hardware.guarded).hasSize(1);
        assertThat(freed(second.a[3])).isEqualTo(MtkCommand.FREED);
        assertThat(hardware.guarded).isEmpty();
        refused(request(PAGE, PAGE, CM_CMA, 0, 0), MtkCommand.ZEROED_ALLOCATE, TeeCode.OUT_OF_MEMORY);
    }

    @Test
    void aBlockThatIsNotNeededIsNotTaken() {
        allocated(CM_CMA, PAGE, BLOCK, 4 * MIB);
        allocated(CM_CMA, PAGE, BLOCK + 8 * MIB, 4 * MIB);
        assertThat(hardware.guarded).hasSize(1);
    }

    @Test
    void aBlockThatDoesNotHelpIsNotTaken() {
        refused(request(5 * MIB, PAGE, CM_CMA, BLOCK, 4 * MIB), MtkCommand.ZEROED_ALLOCATE, TeeCode.OUT_OF_MEMORY);
        refused(request(4 * MIB, 8 * MIB, CM_CMA, BLOCK + 4 * MIB, 4 * MIB), MtkCommand.ZEROED_ALLOCATE,
                TeeCode.OUT_OF_MEMORY);
    }

    @Test
    void whatNoPieceHoldsIsScatteredAndEachBlockStaysForItsPiece() {
        allocated(CM_CMA, 3 * MIB, BLOCK, 4 * MIB);
        Call scattered = allocated(CM_CMA, 2 * MIB, BLOCK + 16 * MIB, MIB);
        assertThat(scattered.a[2]).isEqualTo(2);
        assertThat(scattered.b[2]).isZero();
        assertThat(segments(scattered.a[3])).containsExactlyInAnyOrder(
                new AddressRange(0x8000_0000L + 3 * MIB, MIB), new AddressRange(0x8000_0000L + 16 * MIB, MIB));
        refused(request(PAGE, PAGE, CM_CMA, 0, 0), MtkCommand.ZEROED_ALLOCATE, TeeCode.OUT_OF_MEMORY);
        assertThat(freed(scattered.a[3])).isEqualTo(MtkCommand.FREED);
        assertThat(hardware.guarded).hasSize(1);
    }

    @Test
    void scatteredCarveOutMemoryIsCleared() {
        int[] handles = IntStream.range(0, 256).map(i -> allocated(CM_TZ, PAGE, 0, 0).a[3]).toArray();
        refused(request(PAGE, PAGE, CM_TZ, 0, 0), MtkCommand.ZEROED_ALLOCATE, TeeCode.OUT_OF_MEMORY);
        for (int i = 0; i < 256; i += 2) {
            freed(handles[i]);
        }
        hardware.cleared.clear();
        refused(request(2 * PAGE, 2 * PAGE, CM_TZ, 0, 0), MtkCommand.ZEROED_ALLOCATE, TeeCode.OUT_OF_MEMORY);
        Call scattered = allocated(CM_TZ, 100 * PAGE, 0, 0);
        assertThat(scattered.a[2]).isEqualTo(100);
        assertThat(hardware.cleared).containsExactlyElementsOf(segments(scattered.a[3]));
    }

    @Test
    void aListThatIsTooShortIsWantedLonger() {
        Call call = allocated(CM_TZ, PAGE, 0, 0);
        Call asked = new Call().in(call.a[3], 0).room(MtkSegment.SIZE - 1);
        refused(asked, MtkCommand.RETRIEVE_SEGMENTS, TeeCode.SHORT_BUFFER);
        assertThat(asked.written[1]).isEqualTo(MtkSegment.SIZE);
        refused(new Call().in(call.a[3], 0).room(PAGE).secure(), MtkCommand.RETRIEVE_SEGMENTS,
                TeeCode.ACCESS_DENIED);
    }

    @Test
    void regionsAreCountedWithThoseInUse() {
        hardware.total = 6;
        Call fresh = new Call().inout(BLOCK, 64 * MIB);
        expect(fresh.of(session, MtkCommand.REGION_COUNT), TeeCode.SUCCESS);
        assertThat(fresh.a[0]).isEqualTo(6);
        assertThat(fresh.b[0]).isZero();
        allocated(CM_CMA, PAGE, BLOCK + 4 * MIB, 4 * MIB);
        Call used = new Call().inout(BLOCK, 64 * MIB);
        expect(used.of(session, MtkCommand.REGION_COUNT), TeeCode.SUCCESS);
        assertThat(used.a[0]).isEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource({"0x80000000, 0", "0x80000001, 0x1000", "0x80000000, 0x1001", "0x10000000, 0x1000",
            "0x8f000000, 0x2000000", "0xa0000000, 0x1000", "0, 0"})
    void regionsOfNoMemoryAreNotCounted(String base, String size) {
        refused(new Call().inout(Integer.parseUnsignedInt(base.replace("0x", ""), 16),
                Integer.decode(size)), MtkCommand.REGION_COUNT, TeeCode.BAD_PARAMETERS);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 4096, 1, 0, 0", // no size
        "1, 4096, 1, 0, 0", // size not made of pages
        "4095, 4096, 1, 0, 0",
        "4096, 0, 1, 0, 0", // alignment no power of two
        "4096, 4097, 1, 0, 0",
        "4096, 3, 1, 0, 0",
        "4096, 4096, 0, 0, 0", // no such type
        "4096, 4096, 3, 0, 0",
        "4096, 4096, -1, 0, 0",
        "4096, 4096, 1, -2147483648, 4194304", // CM_TZ takes no block
        "4096, 4096, 1, 0, 4096",
        "4096, 4096, 2, -2147483648, 0", // half a block
        "4096, 4096, 2, 0, 4194304",
        "4096, 4096, 2, -2147483647, 4194304", // not aligned
        "4096, 4096, 2, -2147483648, 4194305",
        "4096, 4096, 2, 268435456, 4194304", // no memory there
        "4096, 4096, 2, -1612709888, 4194304", // the carve-out
        "4096, 4096, 2, -4096, 8192"}) // beyond 32 bits
    void allocationsOfWrongNumbersAreRefused(int size, int alignment, int type, int base, int length) {
        refused(request(size, alignment, type, base, length), MtkCommand.ZEROED_ALLOCATE, TeeCode.BAD_PARAMETERS);
    }

    @Test
    void aBlockThatOverlapsAnotherIsRefused() {
        allocated(CM_CMA, 4 * MIB, BLOCK + 4 * MIB, 4 * MIB);
        for (int base : new int[] {BLOCK + 4 * MIB, BLOCK + 8 * MIB - PAGE, BLOCK + PAGE}) {
            refused(request(PAGE, PAGE, CM_CMA, base, 4 * MIB), MtkCommand.ZEROED_ALLOCATE, TeeCode.BAD_PARAMETERS);
        }
    }

    @Test
    void reservedNumbersAreZero() {
        refused(new Call().in(PAGE, PAGE).in(CM_TZ, 1).inout(0, 0).out(), MtkCommand.ZEROED_ALLOCATE,
                TeeCode.BAD_PARAMETERS);
        int handle = allocated(CM_TZ, PAGE, 0, 0).a[3];
        refused(new Call().in(handle, 1).out(), MtkCommand.FREE, TeeCode.BAD_PARAMETERS);
        refused(new Call().in(handle, 1).room(64), MtkCommand.RETRIEVE_SEGMENTS, TeeCode.BAD_PARAMETERS);
    }

    @ParameterizedTest
    @ValueSource(ints = {MtkCommand.ZEROED_ALLOCATE, MtkCommand.FREE, MtkCommand.RETRIEVE_SEGMENTS,
            MtkCommand.REGION_COUNT, MtkCommand.PROTECT_FOR})
    void parametersOfOtherTypesAreRefused(int command) {
        refused(new Call(), command, TeeCode.BAD_PARAMETERS);
        refused(new Call().out().in(1, 1).in(1, 1).in(1, 1), command, TeeCode.BAD_PARAMETERS);
        refused(new Call().room(64).room(64), command, TeeCode.BAD_PARAMETERS);
        refused(new Call().value(TaParamType.NONE, 0, 0).out(), command, TeeCode.BAD_PARAMETERS);
    }

    @Test
    void parametersTooManyAreRefused() {
        int handle = allocated(CM_TZ, PAGE, 0, 0).a[3];
        refused(new Call().in(handle, 0).out().out(), MtkCommand.FREE, TeeCode.BAD_PARAMETERS);
        refused(new Call().in(handle, 0).room(64).in(0, 0), MtkCommand.RETRIEVE_SEGMENTS, TeeCode.BAD_PARAMETERS);
        refused(new Call().inout(BLOCK, MIB).in(0, 0), MtkCommand.REGION_COUNT, TeeCode.BAD_PARAMETERS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3, 4, 7, 14, 15, 16, 26, 0xFFFF, 0x10004, -1})
    void otherCommandsAreUnknown(int command) {
        refused(request(PAGE, PAGE, CM_TZ, 0, 0), command, TeeCode.NOT_SUPPORTED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, -1})
    void otherHandlesAreUnknown(int offset) {
        int handle = offset == 0 ? 0 : allocated(CM_TZ, PAGE, 0, 0).a[3] + offset;
        refused(new Call().in(handle, 0).out(), MtkCommand.FREE, TeeCode.ITEM_NOT_FOUND);
        refused(new Call().in(handle, 0).room(64), MtkCommand.RETRIEVE_SEGMENTS, TeeCode.ITEM_NOT_FOUND);
    }

    @Test
    void noSessionTakesParameters() {
        assertThatThrownBy(() -> instance.open(new Call().in(1, 1)))
                .hasMessageContaining("BAD_PARAMETERS");
    }

    @Test
    void withoutARegionNoBlockIsTaken() {
        hardware.total = 1;
        allocated(CM_CMA, MIB, BLOCK, MIB);
        refused(request(MIB, PAGE, CM_CMA, BLOCK + MIB, MIB), MtkCommand.ZEROED_ALLOCATE, MtkCommand.NO_REGION);
    }

    @ParameterizedTest
    @EnumSource(value = HeapError.class, names = {"BUSY", "TIMED_OUT"})
    void aBlockThatIsInUseIsNotTaken(HeapError error) {
        hardware.refusal = error;
        refused(request(MIB, PAGE, CM_CMA, BLOCK, MIB), MtkCommand.ZEROED_ALLOCATE, TeeCode.BUSY);
    }

    @Test
    void aBlockThatCannotBeGivenBackStaysWithItsBuffer() {
        int handle = allocated(CM_CMA, MIB, BLOCK, MIB).a[3];
        hardware.stuck.add(0x8000_0000L);
        String before = instance.toString();
        assertThat(freed(handle)).isEqualTo(MtkCommand.NOT_FREED);
        assertThat(instance).hasToString(before);
        hardware.stuck.clear();
        assertThat(freed(handle)).isEqualTo(MtkCommand.FREED);
        assertThat(hardware.guarded).isEmpty();
    }

    @Test
    void ofSeveralBlocksAllAreGivenBackOrNone() {
        int one = allocated(CM_CMA, MIB, BLOCK, 2 * MIB).a[3];
        int both = allocated(CM_CMA, 2 * MIB, BLOCK + 16 * MIB, MIB).a[3];
        freed(one);
        hardware.stuck.add(0x8000_0000L);
        assertThat(freed(both)).isEqualTo(MtkCommand.NOT_FREED);
        assertThat(hardware.guarded).hasSize(2);
        assertThat(segments(both)).hasSize(2);
        hardware.stuck.clear();
        assertThat(freed(both)).isEqualTo(MtkCommand.FREED);
        assertThat(hardware.guarded).isEmpty();
    }

    @Test
    void memoryIsProtectedForOneDevice() {
        Call call = new Call().in(BLOCK, MIB).in(2, MtkCommand.READ | MtkCommand.WRITE).out();
        expect(call.of(session, MtkCommand.PROTECT_FOR), TeeCode.SUCCESS);
        assertThat(call.b[2]).isEqualTo(3);
        assertThat(hardware.granted).containsValue("2:READ_WRITE");
        assertThat(segments(call.a[2])).hasSize(1);
        hardware.stuck.add(0x8000_0000L);
        assertThat(freed(call.a[2])).isEqualTo(MtkCommand.NOT_FREED);
        hardware.stuck.clear();
        assertThat(freed(call.a[2])).isEqualTo(MtkCommand.FREED);
        assertThat(hardware.guarded).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 2, 3", "1, 2, 3", "4096, 2, 0", "4096, 2, 4", "4096, 2, -1", "4096, 9, 3", "536870912, 2, 3"})
    void memoryOfWrongNumbersIsNotProtectedForADevice(int size, int device, int rights) {
        refused(new Call().in(BLOCK, size).in(device, rights).out(), MtkCommand.PROTECT_FOR, TeeCode.BAD_PARAMETERS);
    }

    @Test
    void withoutARegionNoDeviceGetsOne() {
        hardware.total = 0;
        refused(new Call().in(BLOCK, MIB).in(2, 1).out(), MtkCommand.PROTECT_FOR, MtkCommand.NO_REGION);
    }
}
