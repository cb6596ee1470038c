// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaSession;
import org.cloister.platform.layout.MtkCommand;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random calls among sensible ones: what is refused changes nothing, and what is held is always in order. */
class HostileCallsTest {
    private static final int CALLS = 4000;
    private static final TaParamType[] TYPES = TaParamType.values();
    private static final int[] NUMBERS = {0, 1, 2, 3, 4, 4096, 4097, 8192, 1 << 20, 4 << 20, 0x8000_0000, 0x8000_0001,
        0x8040_0000, 0x8f00_0000, 0xa000_0000, 0xffff_f000, -1, Integer.MIN_VALUE, Integer.MAX_VALUE};

    private final Secure hardware = new Secure();
    private final List<Integer> handles = new ArrayList<>();

    static LongStream seeds() {
        return Seeds.seeds();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theCurrentApplicationIsNotConfused(long seed) {
        attack(Numbering.CURRENT, seed, new int[] {MtkCommand.ZEROED_ALLOCATE, MtkCommand.FREE,
            MtkCommand.RETRIEVE_SEGMENTS, MtkCommand.REGION_COUNT, MtkCommand.PROTECT_FOR});
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theLegacyApplicationIsNotConfused(long seed) {
        attack(Numbering.LEGACY, seed, new int[] {2, 3, 4, 5, 6, 7, 14, 15});
    }

    private void attack(Numbering numbering, long seed, int[] commands) {
        var random = new Random(seed);
        TaInstance instance = new MemoryApplication(MtkCommand.APPLICATION, numbering).create(hardware);
        TaSession session = instance.open(new Call());
        int granted = 0;
        for (int i = 0; i < CALLS; i++) {
            int command = random.nextInt(20) == 0 ? random.nextInt() : commands[random.nextInt(commands.length)];
            Call call = random.nextInt(4) == 0 ? any(random) : sensible(numbering, command, random);
            String before = instance.toString() + hardware.guarded;
            int code = call.of(session, command);
            if (code == TeeCode.SUCCESS) {
                granted++;
                remember(call);
            } else {
                assertThat(instance.toString() + hardware.guarded).as(Seeds.rerun(getClass(), seed)).isEqualTo(before);
            }
        }
        assertThat(granted).as(Seeds.rerun(getClass(), seed)).isGreaterThan(CALLS / 20);
        // all that is protected is a block that holds a buffer, or a region: freeing the buffers frees it
        for (int handle : List.copyOf(handles)) {
            int code;
            do {
                code = new Call().in(handle, 0).out().of(session, numbering == Numbering.CURRENT ? MtkCommand.FREE : 4);
            } while (code == TeeCode.SUCCESS);
        }
        assertThat(hardware.guarded).as(Seeds.rerun(getClass(), seed)).isEmpty();
    }

    private void remember(Call call) {
        for (int i = 0; i < call.types.length; i++) {
            if (call.types[i].isOutput() && call.types[i].isValue() && call.a[i] != 0) {
                handles.add(call.a[i]);
            }
        }
    }

    private int number(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt();
            case 1 -> handles.isEmpty() ? 0 : handles.get(random.nextInt(handles.size()));
            default -> NUMBERS[random.nextInt(NUMBERS.length)];
        };
    }

    private Call any(Random random) {
        var call = new Call();
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            TaParamType type = TYPES[random.nextInt(TYPES.length)];
            if (type.isMemory()) {
                call.room(random.nextInt(64));
            } else {
                call.value(type, number(random), number(random));
            }
        }
        return call;
    }

    /** Right in shape, mostly right in numbers. */
    private Call sensible(Numbering numbering, int command, Random random) {
        int size = (1 + random.nextInt(1024)) * 4096;
        int type = 1 + random.nextInt(2);
        int base = random.nextBoolean() ? 0 : 0x8000_0000 + random.nextInt(60) * (4 << 20);
        int length = base == 0 ? 0 : 4 << 20;
        if (type == 1) {
            base = 0;
            length = 0;
        }
        boolean spoilt = random.nextInt(5) == 0;
        int handle = handles.isEmpty() ? 0 : handles.get(random.nextInt(handles.size()));
        if (numbering == Numbering.LEGACY) {
            boolean allocates = command == 2 || command == 5 || command == 14 || command == 15;
            return allocates
                    ? new Call().in(spoilt ? number(random) : 4096, type).in(size, 0).inout(base, length)
                    : new Call().in(spoilt ? number(random) : handle, 0).out();
        }
        return switch (command) {
            case MtkCommand.ZEROED_ALLOCATE -> new Call().in(size, spoilt ? number(random) : 4096).in(type, 0)
                    .inout(base, length).out();
            case MtkCommand.RETRIEVE_SEGMENTS -> new Call().in(handle, 0).room(spoilt ? 5 : 8192);
            case MtkCommand.REGION_COUNT -> new Call().inout(0x8000_0000, spoilt ? number(random) : 64 << 20);
            case MtkCommand.PROTECT_FOR -> new Call().in(0x8c00_0000, 4096).in(random.nextInt(12),
                    random.nextInt(5)).out();
            default -> new Call().in(spoilt ? number(random) : handle, 0).out();
        };
    }
}
