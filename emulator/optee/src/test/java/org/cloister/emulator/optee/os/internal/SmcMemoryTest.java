// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.cloister.emulator.optee.testing.TestMachine.MIB;
import static org.cloister.emulator.optee.testing.TestMachine.PAGE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.cloister.emulator.optee.ta.internal.SecureDataPathApplication;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.Reply;
import org.cloister.emulator.optee.testing.SmcTee;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.heap.Access;
import org.cloister.platform.BusFault;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteePageList;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory over OP-TEE's own interface: registered, passed with a call, lent. */
class SmcMemoryTest {
    private static final long LIST = OpteeParameter.TMEM_OUTPUT | OpteeParameter.NONCONTIGUOUS;

    private final TestMachine machine = TestMachine.smc().boot();
    private final SmcTee client = SmcTee.on(machine);

    @AfterEach
    void switchOff() {
        machine.close();
    }

    private Memory fresh(long size, long cookie) {
        return new Memory(Memory.How.COOKIE, machine.take(size), size, cookie);
    }

    private void refused(int code, int command, Param... parameters) {
        String before = machine.state();
        assertThat(TeeCode.name(client.send(command, 0, 0, parameters).result())).isEqualTo(TeeCode.name(code));
        assertThat(machine.state()).isEqualTo(before);
    }

    private void refused(int command, Param... parameters) {
        refused(TeeCode.BAD_PARAMETERS, command, parameters);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 511, 512, 1023})
    void memoryOfAnyNumberOfPagesIsRegistered(int pages) {
        Memory memory = client.share((long) pages * PAGE);
        assertThat(machine.state()).contains(pages + " pages");
        client.unshare(memory);
        assertThat(machine.state()).doesNotContain(pages + " pages");
        assertThat(client.unregister(memory.reference())).isEqualTo(TeeCode.BAD_PARAMETERS);
    }

    @Test
    void ofTwoWithOneCookieTheYoungerIsFound() {
        Memory old = fresh(PAGE, 5);
        Memory young = fresh(2 * PAGE, 5);
        assertThat(client.register(old)).isEqualTo(TeeCode.SUCCESS);
        assertThat(client.register(young)).isEqualTo(TeeCode.SUCCESS);
        assertThat(client.unregister(5)).isEqualTo(TeeCode.SUCCESS);
        assertThat(machine.state()).contains("5 READY use-case 0 1 pages").doesNotContain("2 pages");
        assertThat(client.unregister(5)).isEqualTo(TeeCode.SUCCESS);
    }

    @Test
    void aRegistrationIsOneListOfPages() {
        long list = machine.page();
        MemorySegment pages = MemorySegment.ofArray(new long[512]);
        OpteePageList.address(pages, 0, 0, machine.page());
        machine.cpu().write(list, pages);
        refused(OpteeMessage.REGISTER_SHM);
        refused(OpteeMessage.REGISTER_SHM, Param.none());
        refused(OpteeMessage.REGISTER_SHM, Param.raw(OpteeParameter.TMEM_OUTPUT, list, PAGE, 1));
        refused(OpteeMessage.REGISTER_SHM,
                Param.raw(OpteeParameter.TMEM_INPUT | OpteeParameter.NONCONTIGUOUS, list, PAGE, 1));
        refused(OpteeMessage.REGISTER_SHM, Param.raw(LIST | OpteeParameter.META, list, PAGE, 1));
        refused(OpteeMessage.REGISTER_SHM, Param.raw(LIST, list, PAGE, 1), Param.none());
        refused(OpteeMessage.UNREGISTER_SHM);
        refused(OpteeMessage.UNREGISTER_SHM, Param.raw(OpteeParameter.RMEM_INPUT, 0, 0, 1));
        assertThat(client.send(OpteeMessage.REGISTER_SHM, 0, 0, Param.raw(LIST, list, PAGE, 1)).result())
                .isEqualTo(TeeCode.SUCCESS);
        refused(OpteeMessage.UNREGISTER_SHM, Param.raw(OpteeParameter.RMEM_INPUT, 0, 0, 1), Param.none());
    }

    static Stream<Arguments> badPages() {
        long good = TestMachine.RAM + 0x1000;
        return Stream.of(
                Arguments.of("nothing is listed", 0L, PAGE),
                Arguments.of("not a page", good + 8, PAGE),
                Arguments.of("memory of the secure world", TestMachine.SECURE_RAM, PAGE),
                Arguments.of("no memory", TestMachine.RAM + TestMachine.RAM_SIZE, PAGE),
                Arguments.of("the end of all memory", -PAGE, PAGE),
                Arguments.of("the second is missing", good, PAGE + 1),
                Arguments.of("no bytes", good, 0),
                Arguments.of("more than there can be", good, Integer.MAX_VALUE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badPages")
    void aBadPageIsNotRegistered(String what, long page, long size) {
        long list = machine.page();
        MemorySegment pages = MemorySegment.ofArray(new long[512]);
        OpteePageList.address(pages, 0, 0, page);
        machine.cpu().write(list, pages);
        refused(OpteeMessage.REGISTER_SHM, Param.raw(LIST, list, size, 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {TestMachine.SECURE_RAM, TestMachine.RAM + TestMachine.RAM_SIZE, 0x1000, -4096})
    void aListIsInNormalMemory(long list) {
        refused(OpteeMessage.REGISTER_SHM, Param.raw(LIST, list, PAGE, 1));
    }

    @Test
    void sizesThatWrapAreRefused() {
        refused(OpteeMessage.REGISTER_SHM, Param.raw(LIST, machine.page() + 16, -1, 1));
        refused(OpteeMessage.REGISTER_SHM, Param.raw(LIST, machine.page(), -1, 1));
        refused(OpteeMessage.REGISTER_SHM, Param.raw(LIST, machine.page(), Long.MIN_VALUE, 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, TestMachine.SECURE_RAM, 0x44000008L, -4096})
    void theNextListIsInNormalMemoryToo(long next) {
        long list = machine.page();
        MemorySegment pages = MemorySegment.ofArray(new long[512]);
        for (int i = 0; i < OpteePageList.CAPACITY; i++) {
            OpteePageList.address(pages, 0, i, TestMachine.FREE + (long) i * PAGE);
        }
        OpteePageList.next(pages, 0, next);
        machine.cpu().write(list, pages);
        refused(OpteeMessage.REGISTER_SHM, Param.raw(LIST, list, 512L * PAGE, 1));
    }

    @Test
    void aListThatIsItsOwnNextIsReadOnce() {
        long list = machine.page();
        MemorySegment pages = MemorySegment.ofArray(new long[512]);
        for (int i = 0; i < OpteePageList.CAPACITY; i++) {
            OpteePageList.address(pages, 0, i, TestMachine.FREE + (long) i * PAGE);
        }
        OpteePageList.next(pages, 0, list);
        machine.cpu().write(list, pages);
        assertThat(client.send(OpteeMessage.REGISTER_SHM, 0, 0, Param.raw(LIST, list, 2000L * PAGE, 1)).result())
                .isEqualTo(TeeCode.SUCCESS);
        // as many pages as the heap has room for, no more
        refused(OpteeMessage.REGISTER_SHM, Param.raw(LIST, list, 20_000L * PAGE, 1));
    }

    @Test
    void lentMemoryIsNotRegisteredAndHoldsNoLists() {
        Memory lent = client.restricted(MIB, 1);
        String before = machine.state();
        assertThat(client.register(new Memory(Memory.How.COOKIE, lent.address(), PAGE, 9)))
                .isEqualTo(TeeCode.BAD_PARAMETERS);
        assertThat(client.register(new Memory(Memory.How.COOKIE, lent.address() - PAGE, 2 * PAGE, 9)))
                .isEqualTo(TeeCode.BAD_PARAMETERS);
        refused(OpteeMessage.REGISTER_SHM, Param.raw(LIST, lent.address(), PAGE, 9));
        assertThat(machine.state()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"0x44000000, 0, 1", "0x44000800, 0x100000, 1", "0x44000000, 0x100800, 1", "0x44000000, 0x100000, 0",
            "0x44000000, 0x100000, 3", "0x44000000, 0x100000, -1", "0x44000000, 0x100000, 0x100000001",
            "0xe100000, 0x100000, 1", "0x7ff80000, 0x100000, 1", "0, 0x100000, 1", "0x44000000, -0x1000, 1",
            "-0x1000, 0x100000, 1", "0x42000000, 0x1000, 1", "0x41f00000, 0x200000, 1"})
    void whatCannotBeProtectedIsNotTaken(String address, String size, String useCase) {
        refused(OpteeMessage.LEND_PROTMEM, Param.value(Param.INPUT, Long.decode(useCase), 0),
                Param.raw(OpteeParameter.TMEM_INPUT, Long.decode(address), Long.decode(size), 7));
    }

    @Test
    void lendingHasAUseCaseAndARange() {
        long at = machine.take(MIB);
        Param useCase = Param.value(Param.INPUT, 1, 0);
        Param range = Param.raw(OpteeParameter.TMEM_INPUT, at, MIB, 7);
        refused(OpteeMessage.LEND_PROTMEM);
        refused(OpteeMessage.LEND_PROTMEM, useCase);
        refused(OpteeMessage.LEND_PROTMEM, range, useCase);
        refused(OpteeMessage.LEND_PROTMEM, useCase, range, Param.none());
        refused(OpteeMessage.LEND_PROTMEM, Param.value(Param.INOUT, 1, 0), range);
        refused(OpteeMessage.LEND_PROTMEM, useCase, Param.raw(OpteeParameter.TMEM_OUTPUT, at, MIB, 7));
        refused(OpteeMessage.LEND_PROTMEM, useCase, Param.raw(OpteeParameter.RMEM_INPUT, 0, MIB, 7));
        refused(OpteeMessage.LEND_PROTMEM, useCase,
                Param.raw(OpteeParameter.TMEM_INPUT | OpteeParameter.NONCONTIGUOUS, at, MIB, 7));
        refused(OpteeMessage.RECLAIM_PROTMEM);
        refused(OpteeMessage.RECLAIM_PROTMEM, Param.raw(OpteeParameter.RMEM_INPUT, 0, 0, 7));
        assertThat(client.send(OpteeMessage.LEND_PROTMEM, 0, 0, useCase, range).result()).isEqualTo(TeeCode.SUCCESS);
        refused(OpteeMessage.RECLAIM_PROTMEM, Param.raw(OpteeParameter.RMEM_OUTPUT, 0, 0, 7));
        refused(OpteeMessage.RECLAIM_PROTMEM, Param.raw(OpteeParameter.RMEM_INPUT, 0, 0, 7), Param.none());
        refused(OpteeMessage.RECLAIM_PROTMEM, Param.raw(OpteeParameter.RMEM_INPUT, 0, 0, 8));
        // what is lent is not what was registered
        refused(OpteeMessage.UNREGISTER_SHM, Param.raw(OpteeParameter.RMEM_INPUT, 0, 0, 7));
        assertThat(client.reclaim(7)).isEqualTo(TeeCode.SUCCESS);
        assertThat(client.reclaim(7)).isEqualTo(TeeCode.BAD_PARAMETERS);
    }

    @Test
    void lentMemoryIsLentOnceAndNotWhatIsShared() {
        Memory lent = client.restricted(MIB, 1);
        Memory shared = client.share(4 * PAGE);
        String before = machine.state();
        for (long at : new long[] {lent.address(), lent.address() + MIB - PAGE, shared.address() + 3 * PAGE}) {
            assertThat(client.lend(new Memory(Memory.How.COOKIE, at, PAGE, 9), 1)).isEqualTo(TeeCode.BAD_PARAMETERS);
        }
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void theFirewallsRegionsBoundWhatCanBeLent() {
        try (TestMachine small = TestMachine.smc().firewall("tzc-400").boot()) {
            SmcTee driver = SmcTee.on(small);
            List<Memory> lent = new ArrayList<>();
            while (small.soc().firewall().budget().left() > 0) {
                lent.add(driver.restricted(MIB, 1));
            }
            String before = small.state();
            Memory more = new Memory(Memory.How.COOKIE, small.take(MIB), MIB, 77);
            assertThat(driver.lend(more, 1)).isEqualTo(TeeCode.BAD_PARAMETERS);
            assertThat(small.state()).isEqualTo(before);
            assertThat(driver.giveBack(lent.getFirst())).isTrue();
            assertThat(driver.lend(more, 1)).isEqualTo(TeeCode.SUCCESS);
        }
    }

    @Test
    void memoryThatSomebodyHoldsStaysWhereItIs() {
        Memory wanted = fresh(MIB, 7);
        String open = machine.state();
        try (var window = machine.cpu().open(wanted.address(), PAGE, Access.READ)) {
            assertThat(client.lend(wanted, 1)).isEqualTo(TeeCode.BAD_PARAMETERS);
            assertThat(machine.state()).isEqualTo(open);
            assertThat(window.length()).isEqualTo(PAGE);
        }
        assertThat(client.lend(wanted, 1)).isEqualTo(TeeCode.SUCCESS);
        String closed = machine.state();
        try (var window = machine.device("display").open(wanted.address(), PAGE, Access.READ)) {
            assertThat(client.reclaim(7)).isEqualTo(TeeCode.GENERIC);
            assertThat(machine.state()).isEqualTo(closed);
            assertThat(window.length()).isEqualTo(PAGE);
        }
        assertThatExceptionOfType(BusFault.class).isThrownBy(() -> machine.read(wanted.address(), 1));
        assertThat(client.reclaim(7)).isEqualTo(TeeCode.SUCCESS);
        machine.read(wanted.address(), 1);
    }

    @Test
    void memoryMayBePassedWithACall() {
        Memory restricted = client.restricted(MIB, 1);
        int session = client.session(SecureDataPathApplication.ID);
        Memory pieces = fresh(3 * PAGE - 100, 3);
        machine.write(pieces.address(), new byte[] {1, 2, 3});
        Param list = client.list(pieces);
        Param input = (message, at) -> {
            list.write(message, at);
            OpteeParameter.value(message, at, OpteeParameter.TMEM_INPUT | OpteeParameter.NONCONTIGUOUS,
                    OpteeParameter.a(message, at), OpteeParameter.b(message, at), OpteeParameter.c(message, at));
        };
        String before = machine.state();
        Reply reply = client.invoke(session, 0, input, restricted.out());
        assertThat(reply.result()).isEqualTo(TeeCode.SUCCESS);
        assertThat(machine.state()).isEqualTo(before);
        byte[] seen = new byte[3];
        machine.device("display").read(restricted.address(), MemorySegment.ofArray(seen));
        assertThat(seen).containsExactly(1, 2, 3);
    }

    @Test
    void memoryMayBeginAndEndWithinPages() {
        Memory restricted = client.restricted(MIB, 1);
        int session = client.session(SecureDataPathApplication.ID);
        long base = machine.take(2 * PAGE);
        byte[] bytes = {9, 8, 7, 6, 5};
        machine.write(base + PAGE - 2, bytes);
        long list = machine.page();
        MemorySegment pages = MemorySegment.ofArray(new long[512]);
        OpteePageList.address(pages, 0, 0, base);
        OpteePageList.address(pages, 0, 1, base + PAGE);
        machine.cpu().write(list, pages);
        Reply reply = client.invoke(session, 0, Param.raw(OpteeParameter.TMEM_INPUT | OpteeParameter.NONCONTIGUOUS,
                list + PAGE - 2, 5, 1), restricted.out());
        assertThat(reply.result()).isEqualTo(TeeCode.SUCCESS);
        byte[] seen = new byte[5];
        machine.device("display").read(restricted.address(), MemorySegment.ofArray(seen));
        assertThat(seen).isEqualTo(bytes);
    }

    @Test
    void whatACallPassesIsBounded() {
        Memory restricted = client.restricted(MIB, 1);
        Memory shared = client.share(PAGE);
        int session = client.session(SecureDataPathApplication.ID);
        String before = machine.state();
        Param out = restricted.out();
        for (Param bad : List.of(
                Param.raw(OpteeParameter.TMEM_INPUT, TestMachine.FREE, 16, 0),
                Param.raw(OpteeParameter.TMEM_INPUT, TestMachine.RESERVED - 1, 16, 0),
                Param.raw(OpteeParameter.TMEM_INPUT, TestMachine.RESERVED + TestMachine.RESERVED_SIZE - 8, 16, 0),
                Param.raw(OpteeParameter.TMEM_INPUT, restricted.address() + MIB - 8, 16, 0),
                Param.raw(OpteeParameter.TMEM_INPUT | OpteeParameter.META, TestMachine.RESERVED, 16, 0),
                Param.raw(OpteeParameter.TMEM_INPUT, -8, 16, 0),
                Param.raw(OpteeParameter.RMEM_INPUT, 0, 16, 0x1234),
                Param.raw(4, 0, 0, 0), Param.raw(8, 0, 0, 0), Param.raw(12, 0, 0, 0), Param.raw(255, 0, 0, 0))) {
            Reply reply = client.invoke(session, 0, bad, out);
            assertThat(TeeCode.name(reply.result())).isEqualTo(TeeCode.name(TeeCode.BAD_PARAMETERS));
            assertThat(reply.origin()).isEqualTo(3);
        }
        for (Param outside : List.of(shared.param(Param.INPUT, 1, PAGE), shared.param(Param.INPUT, PAGE, 1),
                shared.param(Param.INPUT, -1, 1), shared.param(Param.INPUT, 0, -1),
                shared.param(Param.INPUT, Long.MAX_VALUE, Long.MAX_VALUE))) {
            assertThat(TeeCode.name(client.invoke(session, 0, outside, out).result()))
                    .isEqualTo(TeeCode.name(TeeCode.SECURITY));
        }
        assertThat(machine.state()).isEqualTo(before);
    }

    @Test
    void configurationIsToldForUseCasesThatHaveOne() {
        Memory room = client.share(64);
        Reply reply = client.configuration(1, room.out());
        assertThat(reply.result()).isEqualTo(TeeCode.SUCCESS);
        assertThat(reply.a(0)).isEqualTo(MIB);
        assertThat(reply.b(0)).isEqualTo(PAGE);
        assertThat(reply.c(0)).isEqualTo(64);
        assertThat(reply.size(1)).isEqualTo(64);
        for (long useCase : new long[] {0, 2, 3, 0x7FFFFFFF, 0x80000000L, -1}) {
            refused(OpteeMessage.GET_PROTMEM_CONFIG, Param.value(Param.INOUT, useCase, 0), room.out());
        }
        refused(OpteeMessage.GET_PROTMEM_CONFIG);
        refused(OpteeMessage.GET_PROTMEM_CONFIG, Param.value(Param.INOUT, 1, 0));
        refused(OpteeMessage.GET_PROTMEM_CONFIG, Param.value(Param.INPUT, 1, 0), room.out());
        refused(OpteeMessage.GET_PROTMEM_CONFIG, Param.value(Param.INOUT, 1, 0), room.in());
        refused(OpteeMessage.GET_PROTMEM_CONFIG, room.out(), Param.value(Param.INOUT, 1, 0));
        refused(OpteeMessage.GET_PROTMEM_CONFIG, Param.value(Param.INOUT, 1, 0), room.out(), Param.none());
    }
}
