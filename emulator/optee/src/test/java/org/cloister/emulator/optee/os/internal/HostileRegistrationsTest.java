// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.cloister.emulator.optee.testing.Boards;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.Seeds;
import org.cloister.emulator.optee.testing.SmcTee;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteePageList;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Registrations of shared memory, and their ends, that must be refused, between right ones: the trusted OS is as it was
 * after each that is refused, and in the end as it was at the start. That a cookie is used twice is no reason to refuse:
 * OP-TEE looks for the newest.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileRegistrationsTest {
    private static final int CALLS = 150;
    private static final long FAR = 1L << 44;

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.optee.testing.Seeds#seeds")
    void changeNothing(long seed) {
        Random random = new Random(seed);
        try (TestMachine machine = Boards.SMC.boot()) {
            SmcTee client = SmcTee.on(machine);
            List<Memory> known = new ArrayList<>();
            String fresh = machine.state();
            for (int i = 0; i < CALLS; i++) {
                String which = Seeds.rerun(HostileRegistrationsTest.class, seed) + " (call " + i + ")";
                String before = machine.state();
                if (random.nextInt(4) == 0) {
                    known.add(client.share((1 + random.nextInt(600)) * (long) TestMachine.PAGE));
                    assertThat(machine.state()).as(which).isNotEqualTo(before);
                } else if (!known.isEmpty() && random.nextInt(3) == 0) {
                    client.unshare(known.remove(random.nextInt(known.size())));
                    assertThat(machine.state()).as(which).isNotEqualTo(before);
                } else {
                    assertThat(refused(random, machine, client)).as(which).isNotEqualTo(TeeCode.SUCCESS);
                    assertThat(machine.state()).as(which).isEqualTo(before);
                }
            }
            known.forEach(client::unshare);
            assertThat(machine.state()).isEqualTo(fresh);
        } catch (RuntimeException e) {
            throw new AssertionError(Seeds.rerun(HostileRegistrationsTest.class, seed), e);
        }
    }

    /** The result of a registration, or of the end of one, that must be refused. */
    private static int refused(Random random, TestMachine machine, SmcTee client) {
        long cookie = machine.page() | 1;
        long size = (1 + random.nextInt(600)) * (long) TestMachine.PAGE;
        return switch (random.nextInt(4)) {
            case 0 -> client.unregister(random.nextBoolean() ? cookie : random.nextLong() | FAR);
            case 1 -> client.register(new Memory(Memory.How.COOKIE, TestMachine.SECURE_RAM, size, cookie));
            case 2 -> client.register(new Memory(Memory.How.COOKIE, FAR + random.nextLong(FAR), size, cookie));
            default -> register(client, Param.raw(OpteeParameter.TMEM_OUTPUT | OpteeParameter.NONCONTIGUOUS,
                    damaged(random, machine), size, cookie));
        };
    }

    private static int register(SmcTee client, Param list) {
        return client.send(OpteeMessage.REGISTER_SHM, 0, 0, list).result();
    }

    /** Where a list of pages is of which the first is no memory of the normal world, or where none is. */
    private static long damaged(Random random, TestMachine machine) {
        long[] nowhere = {0, FAR, TestMachine.SECURE_RAM, -TestMachine.PAGE};
        if (random.nextBoolean()) {
            return nowhere[random.nextInt(nowhere.length)];
        }
        long at = machine.page();
        MemorySegment list = MemorySegment.ofArray(new long[TestMachine.PAGE / Long.BYTES]);
        for (int i = 0; i < OpteePageList.CAPACITY; i++) {
            OpteePageList.address(list, 0, i, TestMachine.SECURE_RAM + random.nextInt(1 << 20));
        }
        OpteePageList.next(list, 0, random.nextBoolean() ? at : random.nextLong());
        machine.cpu().write(at, list);
        return at;
    }
}
