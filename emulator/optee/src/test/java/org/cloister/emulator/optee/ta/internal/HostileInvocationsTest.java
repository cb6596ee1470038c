// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.testing.Boards;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.Reply;
import org.cloister.emulator.optee.testing.Seeds;
import org.cloister.emulator.optee.testing.TeeClient;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.layout.ContentSample;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.platform.layout.TrustedDialogue;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every command of every built-in application with random parameters, some right, some hostile, over random memory. No
 * application dies, a refused call changes neither memory nor what the trusted OS remembers, nothing of restricted memory
 * reaches normal memory but by the commands that are there for it, and afterwards all of them still serve.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileInvocationsTest {
    private static final int CALLS = 300;
    private static final int NORMAL = 3 * TestMachine.PAGE;
    private static final int RESTRICTED = 2 * TestMachine.PAGE;
    private static final int SIDE = TrustedDialogue.MIN_SIDE;
    private static final int PICTURE = Integer.BYTES * SIDE * (SIDE + 1);
    private static final long FAR = 1L << 44;
    private static final int[] ATTRIBUTES = {4, 12, 13, 14, 15, 0x80, 0xFF};

    /** An application, and how many commands it has from 0 on. */
    private enum Application {
        DATA_PATH(SecureDataPathApplication.ID, 9),
        PSEUDO(InvokeTestsApplication.ID, 6),
        CONTENT(ContentSample.APPLICATION, 3),
        DIALOGUE(TrustedDialogue.APPLICATION, 2),
        DEVICES(UUID.fromString("7011a688-ddde-4053-a5a9-7b3c4ddf13b8"), 3),
        KEYS(UUID.fromString("f04a0fe7-1f5d-4b9b-abf7-619b85b4ce8c"), 3);

        private final UUID uuid;
        private final int commands;

        Application(UUID uuid, int commands) {
            this.uuid = uuid;
            this.commands = commands;
        }

        /** Whether a call may write to normal memory. */
        boolean writesNormal(int command) {
            return switch (this) {
                case DATA_PATH -> command % 3 == 2;
                case PSEUDO -> command == InvokeTestsApplication.DUMP;
                case CONTENT, DIALOGUE -> false;
                case DEVICES, KEYS -> true;
            };
        }

        /** Whether a call may write to restricted memory. */
        boolean writesRestricted(int command) {
            return switch (this) {
                case DATA_PATH -> command % 3 != 2;
                case PSEUDO -> command == InvokeTestsApplication.INJECT || command == InvokeTestsApplication.TRANSFORM;
                case CONTENT -> command == ContentSample.DECRYPT;
                case DIALOGUE -> command == TrustedDialogue.DRAW;
                case DEVICES, KEYS -> true;
            };
        }

        /** Whether it gave a part of a list, as it does in OP-TEE, too, where the memory is too small for all. */
        boolean listsWhatFits(Reply reply) {
            return this == DEVICES && reply.result() == TeeCode.SHORT_BUFFER;
        }

        /** Whether another application is called, with which a session is opened or, when it refuses, closed. */
        boolean callsAnother(int command) {
            return this == DATA_PATH && command >= 3;
        }
    }

    private static Stream<Arguments> runs() {
        return Seeds.seeds().boxed().flatMap(seed -> Stream.of(Boards.values()).map(board -> Arguments.of(board, seed)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void noneDiesAndNoRefusalChangesAnything(Boards board, long seed) {
        try (TestMachine machine = board.boot()) {
            new Attack(machine, board.client(machine), new Random(seed)).run(
                    Seeds.rerun(HostileInvocationsTest.class, seed));
        } catch (RuntimeException e) {
            throw new AssertionError(Seeds.rerun(HostileInvocationsTest.class, seed), e);
        }
    }

    /** One board under attack. */
    private static final class Attack {
        private final TestMachine machine;
        private final TeeClient client;
        private final Random random;
        private final Memory normal;
        private final Memory restricted;
        private final Map<Application, Integer> sessions = new EnumMap<>(Application.class);
        private final Map<Application, Integer> done = new EnumMap<>(Application.class);

        Attack(TestMachine machine, TeeClient client, Random random) {
            this.machine = machine;
            this.client = client;
            this.random = random;
            normal = client.share(NORMAL);
            restricted = client.restricted(TestMachine.MIB, 1);
            for (Application application : Application.values()) {
                Reply opened = client.open(application.uuid, application == Application.KEYS ? TaCall.LOGIN_KERNEL : 0);
                assertThat(TeeCode.name(opened.result())).isEqualTo(TeeCode.name(TeeCode.SUCCESS));
                sessions.put(application, opened.session());
            }
        }

        void run(String rerun) {
            for (int i = 0; i < CALLS; i++) {
                Application application = Application.values()[random.nextInt(Application.values().length)];
                int command = random.nextInt(8) == 0 ? random.nextInt() : random.nextInt(application.commands);
                Param[] parameters = parameters(application, command);
                scatter(application);
                byte[] clear = normal();
                byte[] closed = restricted();
                String before = state();

                Reply reply = client.invoke(sessions.get(application), command, parameters);

                String which = "%s (call %d: %s, command %d gave %s)".formatted(
                        rerun, i, application, command, TeeCode.name(reply.result()));
                assertThat(reply.code()).as(which).isZero();
                assertThat(reply.result()).as(which).isNotIn(TeeCode.TARGET_DEAD, TeeCode.GENERIC);
                boolean known = command >= 0 && command < application.commands;
                boolean success = reply.result() == TeeCode.SUCCESS;
                if (!success && !application.listsWhatFits(reply) || !application.writesNormal(command)) {
                    assertThat(normal()).as(which).isEqualTo(clear);
                }
                if (!success || !application.writesRestricted(command)) {
                    assertThat(restricted()).as(which).isEqualTo(closed);
                }
                if (!application.callsAnother(command)) {
                    assertThat(state()).as(which).isEqualTo(before);
                }
                if (success) {
                    assertThat(known).as(which).isTrue();
                    done.merge(application, 1, Integer::sum);
                }
            }
            assertThat(done).as("%s: some calls of each are right", rerun).containsOnlyKeys(Application.values());
            sessions.forEach((application, session) -> assertThat(TeeCode.name(client.close(session).result()))
                    .as("%s %s", rerun, application).isEqualTo(TeeCode.name(TeeCode.SUCCESS)));
            roundTrip(rerun);
        }

        /** Random parameters, with a chance of being what the command wants. */
        private Param[] parameters(Application application, int command) {
            Param[] all = random.nextBoolean() ? likely(application, command) : any();
            if (all.length > 0 && random.nextInt(3) == 0) {
                all[random.nextInt(all.length)] = hostile();
            }
            return all;
        }

        private Param[] any() {
            Param[] all = new Param[random.nextInt(5)];
            for (int i = 0; i < all.length; i++) {
                all[i] = switch (random.nextInt(4)) {
                    case 0 -> Param.none();
                    case 1 -> Param.value(1 + random.nextInt(3), random.nextLong(), random.nextLong());
                    default -> part(random.nextBoolean() ? normal : restricted, 1 + random.nextInt(3));
                };
            }
            return all;
        }

        /** Parameters of the kinds that the command wants, and often of sizes that it takes. */
        private Param[] likely(Application application, int command) {
            int size = 1 + random.nextInt(RESTRICTED);
            List<Param> all = new ArrayList<>();
            switch (application) {
                case DATA_PATH, PSEUDO -> {
                    if (application == Application.PSEUDO && command == 0) {
                        break; // the others take restricted memory, which it has from other applications only
                    }
                    boolean out = application == Application.DATA_PATH ? command % 3 == 2 : command == 5;
                    boolean one = application == Application.DATA_PATH ? command % 3 == 1 : command == 4;
                    if (one) {
                        all.add(mostly(restricted).param(Param.INOUT, random.nextInt(RESTRICTED - size + 1), size));
                    } else {
                        all.add(mostly(out ? restricted : normal).param(Param.INPUT, 0, size));
                        all.add(mostly(out ? normal : restricted).param(Param.OUTPUT, random.nextInt(RESTRICTED - size + 1), size));
                    }
                }
                case CONTENT -> {
                    all.add(normal.param(Param.INPUT, 0, command == ContentSample.DECRYPT ? 48 : 16));
                    if (command == ContentSample.DECRYPT) {
                        all.add(normal.param(Param.INPUT, TestMachine.PAGE, 100));
                        all.add(mostly(restricted).param(Param.OUTPUT, random.nextInt(64), 100));
                    } else if (command == ContentSample.SET_KEY) {
                        all.add(normal.param(Param.INPUT, 64, 16));
                    }
                }
                case DIALOGUE -> {
                    if (command == TrustedDialogue.DRAW) {
                        all.add(Param.value(Param.INPUT, SIDE - (random.nextInt(8) == 0 ? 1 : 0), SIDE + random.nextInt(2)));
                        all.add(normal.param(Param.INPUT, 0, 1 + random.nextInt(TrustedDialogue.MAX_MESSAGE + 10)));
                        all.add(mostly(restricted).param(Param.OUTPUT, random.nextInt(RESTRICTED), PICTURE + random.nextInt(9)));
                    } else {
                        all.add(normal.param(Param.INPUT, 0, TrustedDialogue.DIGEST_SIZE + random.nextInt(2)));
                        all.add(Param.value(Param.OUTPUT, random.nextLong(), random.nextLong()));
                    }
                }
                case DEVICES -> all.add(part(normal, Param.OUTPUT));
                case KEYS -> {
                    if (command != 0) {
                        all.add(normal.param(Param.INPUT, 0, 1 + random.nextInt(600)));
                    }
                    all.add(part(normal, Param.OUTPUT));
                }
            }
            return all.toArray(Param[]::new);
        }

        /** That memory, or the other kind. */
        private Memory mostly(Memory wanted) {
            Memory other = wanted == normal ? restricted : normal;
            return random.nextInt(4) == 0 ? other : wanted;
        }

        private Param part(Memory memory, int direction) {
            int size = memory == normal ? NORMAL : RESTRICTED;
            int offset = random.nextInt(size);
            return memory.param(direction, offset, random.nextInt(size - offset + 1));
        }

        private Param hostile() {
            Memory some = random.nextBoolean() ? normal : restricted;
            int direction = 1 + random.nextInt(3);
            long offset = random.nextLong(some.size());
            return switch (random.nextInt(7)) {
                case 0 -> some.param(direction, offset, FAR + random.nextLong(FAR));
                case 1 -> some.param(direction, offset, -1 - random.nextLong(FAR));
                case 2 -> some.param(direction, FAR + random.nextLong(FAR), 1 + random.nextLong(some.size()));
                case 3 -> some.param(direction, some.size() - random.nextInt(2), 2);
                case 4 -> new Memory(some.how(), FAR, some.size(), some.reference() + 0x100_0000L * (1 + random.nextInt(99)))
                        .param(direction, 0, 1);
                case 5 -> Param.raw(ATTRIBUTES[random.nextInt(ATTRIBUTES.length)], random.nextLong(),
                        random.nextLong(), some.reference());
                default -> Param.raw(OpteeParameter.META | OpteeParameter.VALUE_INPUT, random.nextLong(),
                        random.nextLong(), random.nextLong());
            };
        }

        /** Fills normal memory at random, and for some applications nearly as they want it. */
        private void scatter(Application application) {
            byte[] bytes = new byte[NORMAL];
            random.nextBytes(bytes);
            if (application == Application.DIALOGUE && random.nextInt(4) != 0) {
                Arrays.fill(bytes, 0, TrustedDialogue.MAX_MESSAGE, (byte) ('A' + random.nextInt(26)));
            }
            machine.write(normal.address(), bytes);
            if (application == Application.CONTENT && random.nextInt(4) != 0) {
                MemorySegment description = MemorySegment.ofArray(new long[6]);
                ContentSample.write(description, 0, new UUID(0, 0), random.nextLong(), random.nextLong(), 1);
                int clear = random.nextBoolean() ? 100 : random.nextInt();
                ContentSample.subsample(description, 0, 0, clear, 100 - clear);
                machine.cpu().write(normal.address(), description);
            }
        }

        private byte[] normal() {
            return machine.read(normal.address(), NORMAL);
        }

        /** As a device sees it that may read it. */
        private byte[] restricted() {
            byte[] bytes = new byte[RESTRICTED];
            machine.device("display").read(restricted.address(), MemorySegment.ofArray(bytes));
            return bytes;
        }

        /** Without what says that memory has been a parameter once, and is known since. */
        private String state() {
            return machine.state().replaceAll("registered \\w+", "");
        }

        /** Data goes in, is changed, and comes out, as if nothing had been. */
        private void roundTrip(String rerun) {
            int session = client.session(SecureDataPathApplication.ID);
            machine.write(normal.address(), new byte[] {1, 2, 3});
            Param in = normal.param(Param.INPUT, 0, 3);
            for (int first = 0; first < 9; first += 3) {
                expect(rerun, client.invoke(session, first, in, restricted.param(Param.OUTPUT, 0, 3)));
                expect(rerun, client.invoke(session, first + 1, restricted.param(Param.INOUT, 0, 3)));
                expect(rerun, client.invoke(session, first + 2, restricted.param(Param.INPUT, 0, 3),
                        normal.param(Param.OUTPUT, 8, 3)));
                assertThat(machine.read(normal.address() + 8, 3)).as(rerun).containsExactly(-1, -2, -3);
            }
        }

        private static void expect(String rerun, Reply reply) {
            assertThat(TeeCode.name(reply.result())).as(rerun).isEqualTo(TeeCode.name(TeeCode.SUCCESS));
        }
    }
}
