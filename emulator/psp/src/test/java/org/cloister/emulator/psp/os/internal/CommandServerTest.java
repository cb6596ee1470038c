// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.os.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.function.Consumer;
import org.cloister.emulator.optee.StandardApplications;
import org.cloister.emulator.psp.ta.internal.MemoryApplication;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.PspCommand;
import org.cloister.platform.layout.ProtectedMemoryApplication;
import org.cloister.platform.layout.PspCloseSession;
import org.cloister.platform.layout.PspInvoke;
import org.cloister.platform.layout.PspLoadTa;
import org.cloister.platform.layout.PspMapMemory;
import org.cloister.platform.layout.PspOpenSession;
import org.cloister.platform.layout.PspOperation;
import org.cloister.platform.layout.PspRingEntry;
import org.cloister.platform.layout.PspUnloadTa;
import org.cloister.platform.layout.PspUnmapMemory;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandServerTest {
    private static final int AT = PspRingEntry.PAYLOAD;
    private static final long RAM = PspBoard.RAM;
    private static final long SECRET = PspBoard.SECRET;

    private final PspBoard board = new PspBoard();
    private final PhysicalMemory cpu = board.cpu;
    private final CommandServer server = board.server;

    @AfterEach
    void switchOff() {
        board.close();
    }

    private MemorySegment serve(PspCommand command, Consumer<MemorySegment> payload) {
        MemorySegment entry = MemorySegment.ofArray(new byte[PspRingEntry.SIZE]);
        PspRingEntry.cmdId(entry, 0, command.id());
        payload.accept(entry);
        server.serve(entry);
        return entry;
    }

    private int status(PspCommand command, Consumer<MemorySegment> payload) {
        return PspRingEntry.status(serve(command, payload), 0);
    }

    private void refuses(int code, PspCommand command, Consumer<MemorySegment> payload) {
        String before = server.describe();
        assertThat(status(command, payload)).isEqualTo(code);
        assertThat(server.describe()).isEqualTo(before);
    }

    private int load(byte[] file) {
        cpu.write(RAM, MemorySegment.ofArray(file));
        MemorySegment entry = serve(PspCommand.LOAD_TA, e -> {
            PspLoadTa.address(e, AT, RAM);
            PspLoadTa.size(e, AT, file.length);
        });
        assertThat(PspRingEntry.status(entry, 0)).isEqualTo(TeeCode.SUCCESS);
        return PspLoadTa.taHandle(entry, AT);
    }

    private int loadMemory() {
        return load(CommandServer.file(new MemoryApplication(board.machine)));
    }

    private int open(int handle) {
        MemorySegment entry = serve(PspCommand.OPEN_SESSION, e -> PspOpenSession.taHandle(e, AT, handle));
        assertThat(PspRingEntry.status(entry, 0)).isEqualTo(TeeCode.SUCCESS);
        return PspOpenSession.sessionInfo(entry, AT);
    }

    private int map(long address, int size) {
        MemorySegment entry = serve(PspCommand.MAP_SHARED_MEMORY, e -> {
            PspMapMemory.count(e, AT, 1);
            PspMapMemory.size(e, AT, size);
            PspMapMemory.piece(e, AT, 0, address, size);
        });
        assertThat(PspRingEntry.status(entry, 0)).isEqualTo(TeeCode.SUCCESS);
        return PspMapMemory.bufId(entry, AT);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, -1, 0x10001})
    void commandsThatThereAreNotAreRefused(int id) {
        refuses(TeeCode.NOT_SUPPORTED, PspCommand.LOAD_TA, e -> PspRingEntry.cmdId(e, 0, id));
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 16, 20, 24, 28})
    void reservedFieldsMustBeZero(int offset) {
        refuses(TeeCode.BAD_PARAMETERS, PspCommand.UNMAP_SHARED_MEMORY,
                e -> e.set(ValueLayout.JAVA_BYTE, offset + 3, (byte) 1));
    }

    @ParameterizedTest
    @CsvSource({"0x0, 100", "0x40000010, 100", "0x40000000, 0", "0x40000000, 55", "0x40000000, 1048577",
        "0x40fff000, 8192", "0x40800000, 100", "0x30000000, 100", "0x40000000, -1"})
    void binariesThatAreNotInPagesOfNormalMemoryAreRefused(String address, int size) {
        refuses(TeeCode.BAD_PARAMETERS, PspCommand.LOAD_TA, e -> {
            PspLoadTa.address(e, AT, Long.decode(address));
            PspLoadTa.size(e, AT, size);
        });
    }

    @Test
    void binariesThatWereChangedAreRefused() {
        byte[] file = CommandServer.file(StandardApplications.contentDecryption());
        for (int i = 0; i < file.length; i++) {
            byte[] changed = file.clone();
            changed[i] ^= 1;
            cpu.write(RAM, MemorySegment.ofArray(changed));
            refuses(TeeCode.SECURITY, PspCommand.LOAD_TA, e -> {
                PspLoadTa.address(e, AT, RAM);
                PspLoadTa.size(e, AT, changed.length);
            });
        }
    }

    @Test
    void applicationsAreCountedAndNotUnloadedUnderASession() {
        int handle = loadMemory();
        assertThat(loadMemory()).isEqualTo(handle);
        int session = open(handle);
        assertThat(status(PspCommand.UNLOAD_TA, e -> PspUnloadTa.taHandle(e, AT, handle))).isEqualTo(TeeCode.SUCCESS);
        refuses(TeeCode.BUSY, PspCommand.UNLOAD_TA, e -> PspUnloadTa.taHandle(e, AT, handle));
        refuses(TeeCode.ITEM_NOT_FOUND, PspCommand.UNLOAD_TA, e -> PspUnloadTa.taHandle(e, AT, handle + 1));
        refuses(TeeCode.ITEM_NOT_FOUND, PspCommand.CLOSE_SESSION, e -> {
            PspCloseSession.taHandle(e, AT, handle);
            PspCloseSession.sessionInfo(e, AT, session + 1);
        });
        refuses(TeeCode.ITEM_NOT_FOUND, PspCommand.OPEN_SESSION, e -> PspOpenSession.taHandle(e, AT, handle + 1));
        refuses(TeeCode.ITEM_NOT_FOUND, PspCommand.INVOKE, e -> PspInvoke.taHandle(e, AT, handle));
    }

    @Test
    void anApplicationHas32Sessions() {
        int handle = loadMemory();
        for (int i = 0; i < 32; i++) {
            open(handle);
        }
        refuses(TeeCode.BUSY, PspCommand.OPEN_SESSION, e -> PspOpenSession.taHandle(e, AT, handle));
    }

    @ParameterizedTest
    @CsvSource({"0x0, 4096, 6", "0x40001001, 4096, 6", "0x40001000, 0, 6", "0x40001000, 100, 6", "0x40fff000, 8192, 1",
        "0x40800000, 4096, 1", "0x20000000, 4096, 1", "0x8000000040001000, 4096, 6"})
    void piecesThatAreNotPagesOfNormalMemoryAreRefused(String address, int size, int code) {
        refuses(0xFFFF0000 | code, PspCommand.MAP_SHARED_MEMORY, e -> {
            PspMapMemory.count(e, AT, 1);
            PspMapMemory.size(e, AT, size);
            PspMapMemory.piece(e, AT, 0, Long.parseUnsignedLong(address.substring(2), 16), size);
        });
    }

    @ParameterizedTest
    @CsvSource({"0, 4096", "65, 4096", "-1, 4096", "2, 4096", "1, 8192", "1, 0"})
    void countsAndSizesThatDoNotFitArePRefused(int count, int size) {
        refuses(TeeCode.BAD_PARAMETERS, PspCommand.MAP_SHARED_MEMORY, e -> {
            PspMapMemory.count(e, AT, count);
            PspMapMemory.size(e, AT, size);
            PspMapMemory.piece(e, AT, 0, RAM + 4096, 4096);
        });
    }

    @Test
    void overlappingAndUncountedPiecesAreRefusedAnd64AreFine() {
        refuses(TeeCode.BAD_PARAMETERS, PspCommand.MAP_SHARED_MEMORY, e -> {
            PspMapMemory.count(e, AT, 2);
            PspMapMemory.size(e, AT, 12288);
            PspMapMemory.piece(e, AT, 0, RAM + 4096, 8192);
            PspMapMemory.piece(e, AT, 1, RAM + 8192, 4096);
        });
        refuses(TeeCode.BAD_PARAMETERS, PspCommand.MAP_SHARED_MEMORY, e -> {
            PspMapMemory.count(e, AT, 1);
            PspMapMemory.size(e, AT, 4096);
            PspMapMemory.piece(e, AT, 0, RAM + 4096, 4096);
            PspMapMemory.piece(e, AT, 1, RAM + 8192, 4096);
        });
        assertThat(status(PspCommand.MAP_SHARED_MEMORY, e -> {
            PspMapMemory.count(e, AT, 64);
            PspMapMemory.size(e, AT, 64 * 4096);
            for (int i = 0; i < 64; i++) {
                PspMapMemory.piece(e, AT, i, RAM + 8192L * i, 4096);
            }
        })).isEqualTo(TeeCode.SUCCESS);
        refuses(TeeCode.ITEM_NOT_FOUND, PspCommand.UNMAP_SHARED_MEMORY, e -> PspUnmapMemory.bufId(e, AT, 77));
    }

    @ParameterizedTest
    @CsvSource({"0x10000, 1, 0, 0", "0x4, 1, 0, 0", "0x8, 1, 0, 0", "0x7, 9, 0, 4096", "0x7, 1, 1, 4096",
        "0x7, 1, 4097, 0", "0x7, 1, -1, 1", "0x7, 1, 0, -1"})
    void operationsThatCannotBeAreRefused(String types, int buffer, int offset, int size) {
        int handle = loadMemory();
        int session = open(handle);
        assertThat(map(RAM + 8192, 4096)).isEqualTo(1);
        refuses(TeeCode.BAD_PARAMETERS, PspCommand.INVOKE, e -> {
            PspInvoke.taHandle(e, AT, handle);
            PspInvoke.sessionInfo(e, AT, session);
            long op = AT + PspInvoke.OPERATION;
            PspOperation.types(e, op, Integer.decode(types));
            PspOperation.word(e, op, 0, 0, buffer);
            PspOperation.word(e, op, 0, 1, offset);
            PspOperation.word(e, op, 0, 2, size);
        });
    }

    private int memory(int command, int handle, int session, Consumer<MemorySegment> operation) {
        return status(PspCommand.INVOKE, e -> {
            PspInvoke.taHandle(e, AT, handle);
            PspInvoke.sessionInfo(e, AT, session);
            PspInvoke.cmdId(e, AT, command);
            operation.accept(e.asSlice(AT + PspInvoke.OPERATION));
        });
    }

    @Test
    void mappedMemoryIsProtectedOnceAndWhole() {
        int handle = loadMemory();
        int session = open(handle);
        int buffer = map(RAM + 0x10000, 8192);
        Consumer<MemorySegment> whole = op -> {
            PspOperation.types(op, 0, 0x217);
            PspOperation.word(op, 0, 0, 0, buffer);
            PspOperation.word(op, 0, 0, 2, 8192);
            PspOperation.word(op, 0, 1, 0, 1);
        };
        assertThat(memory(ProtectedMemoryApplication.PROTECT, handle, session,
                whole.andThen(op -> PspOperation.word(op, 0, 0, 2, 4096)))).isEqualTo(TeeCode.BAD_PARAMETERS);
        assertThat(memory(ProtectedMemoryApplication.PROTECT, handle, session,
                whole.andThen(op -> PspOperation.word(op, 0, 1, 0, 5)))).isEqualTo(TeeCode.BAD_PARAMETERS);
        assertThat(memory(ProtectedMemoryApplication.PROTECT, handle, session, whole)).isEqualTo(TeeCode.SUCCESS);
        assertThat(memory(ProtectedMemoryApplication.PROTECT, handle, session, whole)).isEqualTo(TeeCode.BAD_PARAMETERS);
        assertThat(memory(ProtectedMemoryApplication.FIND, handle, session, op -> {
            PspOperation.types(op, 0, 0x21);
            PspOperation.word(op, 0, 0, 0, (int) RAM + 0x10000);
        })).isEqualTo(TeeCode.SUCCESS);
        assertThat(map(RAM + 0x10000, 8192)).as("protected memory can be mapped again").isGreaterThan(buffer);
        refuses(TeeCode.ACCESS_DENIED, PspCommand.MAP_SHARED_MEMORY, e -> {
            PspMapMemory.count(e, AT, 1);
            PspMapMemory.size(e, AT, 8192);
            PspMapMemory.piece(e, AT, 0, RAM + 0x11000, 8192);
        });
    }

    @Test
    void handlesThatThereAreNotAreRefused() {
        int handle = loadMemory();
        int other = load(CommandServer.file(StandardApplications.contentDecryption()));
        int session = open(handle);
        for (int wrong : new int[] {0, -1, other + 1, handle | 1 << 16}) {
            refuses(TeeCode.ITEM_NOT_FOUND, PspCommand.UNLOAD_TA, e -> PspUnloadTa.taHandle(e, AT, wrong));
            refuses(TeeCode.ITEM_NOT_FOUND, PspCommand.OPEN_SESSION, e -> PspOpenSession.taHandle(e, AT, wrong));
            refuses(TeeCode.ITEM_NOT_FOUND, PspCommand.CLOSE_SESSION, e -> {
                PspCloseSession.taHandle(e, AT, wrong);
                PspCloseSession.sessionInfo(e, AT, session);
            });
            refuses(TeeCode.ITEM_NOT_FOUND, PspCommand.INVOKE, e -> {
                PspInvoke.taHandle(e, AT, wrong);
                PspInvoke.sessionInfo(e, AT, session);
            });
        }
        refuses(TeeCode.ITEM_NOT_FOUND, PspCommand.INVOKE, e -> { // the session is another application's
            PspInvoke.taHandle(e, AT, other);
            PspInvoke.sessionInfo(e, AT, session);
        });
        assertThat(status(PspCommand.CLOSE_SESSION, e -> {
            PspCloseSession.taHandle(e, AT, handle);
            PspCloseSession.sessionInfo(e, AT, session);
        })).isEqualTo(TeeCode.SUCCESS);
        refuses(TeeCode.ITEM_NOT_FOUND, PspCommand.CLOSE_SESSION, e -> {
            PspCloseSession.taHandle(e, AT, handle);
            PspCloseSession.sessionInfo(e, AT, session);
        });
    }

    @Test
    void buffersThatThereAreNotAreRefused() {
        int buffer = map(RAM + 8192, 4096);
        for (int wrong : new int[] {0, -1, buffer + 1}) {
            refuses(TeeCode.ITEM_NOT_FOUND, PspCommand.UNMAP_SHARED_MEMORY, e -> PspUnmapMemory.bufId(e, AT, wrong));
        }
        assertThat(status(PspCommand.UNMAP_SHARED_MEMORY, e -> PspUnmapMemory.bufId(e, AT, buffer)))
                .isEqualTo(TeeCode.SUCCESS);
        refuses(TeeCode.ITEM_NOT_FOUND, PspCommand.UNMAP_SHARED_MEMORY, e -> PspUnmapMemory.bufId(e, AT, buffer));
    }

    @ParameterizedTest
    @CsvSource({"0x12000, 4096, 0x12000, 4096", "0x12000, 8192, 0x13000, 4096", "0x13000, 4096, 0x12000, 12288",
        "0x12000, 12288, 0x13000, 4096"})
    void piecesThatOverlapAnyhowAreRefused(String first, int firstSize, String second, int secondSize) {
        refuses(TeeCode.BAD_PARAMETERS, PspCommand.MAP_SHARED_MEMORY, e -> {
            PspMapMemory.count(e, AT, 2);
            PspMapMemory.size(e, AT, firstSize + secondSize);
            PspMapMemory.piece(e, AT, 0, RAM + Integer.decode(first), firstSize);
            PspMapMemory.piece(e, AT, 1, RAM + Integer.decode(second), secondSize);
        });
    }

    @Test
    void whoRefusedIsTold() {
        int handle = loadMemory();
        int session = open(handle);
        MemorySegment byApplication = serve(PspCommand.INVOKE, e -> {
            PspInvoke.taHandle(e, AT, handle);
            PspInvoke.sessionInfo(e, AT, session);
            PspInvoke.cmdId(e, AT, 99);
        });
        assertThat(PspRingEntry.status(byApplication, 0)).isEqualTo(TeeCode.NOT_SUPPORTED);
        assertThat(PspInvoke.returnOrigin(byApplication, AT)).isEqualTo(TeeResult.Origin.TRUSTED_APPLICATION.number());
        MemorySegment byOs = serve(PspCommand.OPEN_SESSION, e -> PspOpenSession.taHandle(e, AT, handle + 1));
        assertThat(PspOpenSession.returnOrigin(byOs, AT)).isEqualTo(TeeResult.Origin.TEE.number());
        MemorySegment load = serve(PspCommand.LOAD_TA, e -> { });
        assertThat(PspLoadTa.returnOrigin(load, AT)).isEqualTo(TeeResult.Origin.TEE.number());
    }

    @ParameterizedTest
    @CsvSource({"0, 0x217, 0, 1, 0, 1", "0, 0x217, 4096, 1, 0, 1", "0, 0x215, 0, 1, 0, 0", "0, 0x17, 0, 1, 0, 0",
        "0, 0x2217, 0, 1, 0, 0", "0, 0x217, 0, 0, 0, 0", "0, 0x217, 0, -1, 0, 0", "1, 0x2, 0, 0, 0, 0",
        "1, 0x0, 0, 0, 0, 0", "1, 0x11, 0, 0, 0, 0", "2, 0x1, 0, 0, 0, 0", "2, 0x11, 0, 0, 0, 0"})
    void callsOfTheMemoryApplicationOfAnotherShapeAreRefused(int command, String types, int offset, int useCase,
            int third, int reserved) {
        int handle = loadMemory();
        int session = open(handle);
        int buffer = map(RAM + 0x10000, 8192);
        String before = server.describe();
        assertThat(memory(command, handle, session, op -> {
            PspOperation.types(op, 0, Integer.decode(types));
            if ((Integer.decode(types) & 0xf) >= 5) {
                PspOperation.word(op, 0, 0, 0, buffer);
                PspOperation.word(op, 0, 0, 1, offset);
                PspOperation.word(op, 0, 0, 2, 8192 - offset);
            }
            PspOperation.word(op, 0, 1, 0, useCase);
            PspOperation.word(op, 0, 1, 1, reserved);
            PspOperation.word(op, 0, 2, 0, third);
        })).isEqualTo(TeeCode.BAD_PARAMETERS);
        assertThat(server.describe()).isEqualTo(before);
    }

    @Test
    void aBufferOfTwoPiecesIsNotProtected() {
        int handle = loadMemory();
        int session = open(handle);
        int buffer = PspMapMemory.bufId(serve(PspCommand.MAP_SHARED_MEMORY, e -> {
            PspMapMemory.count(e, AT, 2);
            PspMapMemory.size(e, AT, 8192);
            PspMapMemory.piece(e, AT, 0, RAM + 0x10000, 4096);
            PspMapMemory.piece(e, AT, 1, RAM + 0x20000, 4096);
        }), AT);
        assertThat(memory(ProtectedMemoryApplication.PROTECT, handle, session, op -> {
            PspOperation.types(op, 0, 0x217);
            PspOperation.word(op, 0, 0, 0, buffer);
            PspOperation.word(op, 0, 0, 2, 8192);
            PspOperation.word(op, 0, 1, 0, 1);
        })).isEqualTo(TeeCode.BAD_PARAMETERS);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "-1, 0", "0, 1"})
    void rangesThatThereAreNotAreNotGivenBack(int number, int reserved) {
        int handle = loadMemory();
        int session = open(handle);
        assertThat(memory(ProtectedMemoryApplication.RELEASE, handle, session, op -> {
            PspOperation.types(op, 0, 0x1);
            PspOperation.word(op, 0, 0, 0, number);
            PspOperation.word(op, 0, 0, 1, reserved);
        })).isEqualTo(TeeCode.BAD_PARAMETERS);
        assertThat(memory(ProtectedMemoryApplication.FIND, handle, session, op -> {
            PspOperation.types(op, 0, 0x21);
            PspOperation.word(op, 0, 0, 0, number);
        })).isEqualTo(TeeCode.ITEM_NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomEntriesThatAreRefusedChangeNothing(long seed) {
        Random random = new Random(Long.getLong("cloister.seed", seed));
        int handle = loadMemory();
        int session = open(handle);
        map(RAM + 0x20000, 4096);
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = new byte[PspRingEntry.SIZE];
            MemorySegment entry = MemorySegment.ofArray(bytes);
            PspRingEntry.cmdId(entry, 0, 1 + random.nextInt(8));
            int dirty = random.nextInt(70);
            for (int k = 0; k < dirty; k++) {
                bytes[AT + random.nextInt(80)] = (byte) (random.nextBoolean() ? random.nextInt(4) : random.nextInt());
            }
            if (random.nextBoolean()) {
                PspInvoke.taHandle(entry, AT, handle);
                PspInvoke.sessionInfo(entry, AT, session);
            }
            String before = server.describe();
            server.serve(entry);
            if (PspRingEntry.status(entry, 0) != TeeCode.SUCCESS) {
                assertThat(server.describe()).as("seed %d; again with: mvn -pl emulator/psp -am test "
                        + "-Dtest=CommandServerTest -Dsurefire.failIfNoSpecifiedTests=false -Dcloister.seed=%d", seed, seed)
                        .isEqualTo(before);
            }
        }
    }
}
