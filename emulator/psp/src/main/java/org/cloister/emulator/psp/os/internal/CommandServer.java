// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.os.internal;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ObjIntConsumer;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaSession;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.platform.conduit.PspCommand;
import org.cloister.platform.layout.PspCloseSession;
import org.cloister.platform.layout.PspInvoke;
import org.cloister.platform.layout.PspLoadTa;
import org.cloister.platform.layout.PspOpenSession;
import org.cloister.platform.layout.PspRingEntry;
import org.cloister.platform.layout.PspUnloadTa;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the commands of the ring, one at a time. A command that is refused changes nothing. Used by the thread of the
 * secure processor, but for {@link #add} and {@link #remove}, which any thread may call.
 */
public final class CommandServer {
    private static final Logger LOG = LoggerFactory.getLogger(CommandServer.class);
    private static final long PAGE = 4096;
    private static final int AT = PspRingEntry.PAYLOAD;

    private final Machine machine;
    private final Map<UUID, TrustedApplication> store = new ConcurrentHashMap<>();
    private final Map<Integer, Loaded> loaded = new TreeMap<>();
    private final BufferTable buffers;
    private int nextHandle = 1;
    private int nextSession = 1;

    /** Begins with nothing loaded and nothing mapped. */
    public CommandServer(Machine machine) {
        this.machine = machine;
        this.buffers = new BufferTable(machine);
    }

    /** An application can be loaded from now on; false when there is one of its uuid already. */
    public boolean add(TrustedApplication application) {
        return store.putIfAbsent(application.uuid(), application) == null;
    }

    /** An application cannot be loaded any longer, and is dead where it is loaded. */
    public void remove(TrustedApplication application) {
        store.remove(application.uuid(), application);
    }

    /** The file by which an application is loaded. */
    public static byte[] file(TrustedApplication application) {
        return TaBinary.of(application.uuid(), application.name());
    }

    /**
     * Serves one command.
     *
     * @param entry a copy of the entry; outputs and status are written to it
     */
    void serve(MemorySegment entry) {
        int status;
        TeeResult.Origin origin = TeeResult.Origin.TEE;
        int id = PspRingEntry.cmdId(entry, 0);
        try {
            if (!PspRingEntry.reservedIsZero(entry, 0)) {
                throw bad("a reserved field is not zero");
            }
            if (!PspCommand.exists(id)) {
                throw new TaException(TeeCode.NOT_SUPPORTED, "there is no command " + id);
            }
            status = switch (PspCommand.of(id)) {
                case LOAD_TA -> load(entry);
                case UNLOAD_TA -> unload(entry);
                case OPEN_SESSION -> open(entry);
                case CLOSE_SESSION -> close(entry);
                case INVOKE -> {
                    origin = TeeResult.Origin.TRUSTED_APPLICATION;
                    yield invoke(entry);
                }
                case MAP_SHARED_MEMORY -> buffers.map(entry);
                case UNMAP_SHARED_MEMORY -> buffers.unmap(entry);
            };
        } catch (Refusal refusal) {
            status = refusal.code;
            origin = refusal.origin;
        } catch (TaException refusal) {
            LOG.debug("command {} is refused: {}", id, refusal.getMessage());
            status = refusal.code();
        }
        PspRingEntry.status(entry, 0, status);
        int number = origin.number();
        returnOrigin(id).accept(entry, number);
    }

    /** Where the origin of the status goes, if anywhere. */
    private static ObjIntConsumer<MemorySegment> returnOrigin(int id) {
        if (!PspCommand.exists(id)) {
            return (entry, origin) -> { };
        }
        return switch (PspCommand.of(id)) {
            case LOAD_TA -> (entry, origin) -> PspLoadTa.returnOrigin(entry, AT, origin);
            case OPEN_SESSION -> (entry, origin) -> PspOpenSession.returnOrigin(entry, AT, origin);
            case INVOKE -> (entry, origin) -> PspInvoke.returnOrigin(entry, AT, origin);
            case UNLOAD_TA, CLOSE_SESSION, MAP_SHARED_MEMORY, UNMAP_SHARED_MEMORY -> (entry, origin) -> { };
        };
    }

    /** An application's own refusal, or its death. */
    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int code;
        private final TeeResult.Origin origin;

        Refusal(int code, TeeResult.Origin origin) {
            super(TeeCode.name(code), null, false, false);
            this.code = code;
            this.origin = origin;
        }
    }

    private static TaException bad(String why) {
        return new TaException(TeeCode.BAD_PARAMETERS, why);
    }

    private int load(MemorySegment entry) {
        long address = PspLoadTa.address(entry, AT);
        long size = Integer.toUnsignedLong(PspLoadTa.size(entry, AT));
        if (address == 0 || address % PAGE != 0 || size < TaBinary.HEADER || size > TaBinary.MAX_SIZE
                || !machine.isOpen(address, size)) {
            throw bad("0x%x bytes at 0x%x are no binary in pages of normal memory".formatted(size, address));
        }
        byte[] file = new byte[(int) size];
        machine.memory().read(address, MemorySegment.ofArray(file));
        UUID uuid = TaBinary.verify(file).orElseThrow(() ->
                new TaException(TeeCode.SECURITY, "the binary at 0x%x is not authentic".formatted(address)));
        TrustedApplication found = Optional.ofNullable(store.get(uuid)).orElseThrow(() ->
                new TaException(TeeCode.ITEM_NOT_FOUND, "nothing runs the application " + uuid));
        for (var known : loaded.entrySet()) {
            if (known.getValue().application == found && !known.getValue().dead) {
                known.getValue().loads++;
                PspLoadTa.taHandle(entry, AT, known.getKey());
                return TeeCode.SUCCESS;
            }
        }
        if (loaded.size() == 0xffff) {
            throw new TaException(TeeCode.OUT_OF_MEMORY, "too many applications are loaded");
        }
        Loaded fresh = new Loaded(found, entered(found, () -> found.create(new NoMemory())));
        while (nextHandle > 0xffff || nextHandle == 0 || loaded.containsKey(nextHandle)) {
            nextHandle = nextHandle >= 0xffff ? 1 : nextHandle + 1;
        }
        loaded.put(nextHandle, fresh);
        PspLoadTa.taHandle(entry, AT, nextHandle++);
        return TeeCode.SUCCESS;
    }

    private int unload(MemorySegment entry) {
        int handle = PspUnloadTa.taHandle(entry, AT);
        Loaded found = loaded(handle);
        if (found.loads == 1 && !found.sessions.isEmpty()) {
            throw new TaException(TeeCode.BUSY, "%d sessions are open".formatted(found.sessions.size()));
        }
        if (--found.loads == 0) {
            loaded.remove(handle);
            end(found);
        }
        return TeeCode.SUCCESS;
    }

    private int open(MemorySegment entry) {
        Loaded found = living(PspOpenSession.taHandle(entry, AT));
        if (found.sessions.size() == Loaded.MAX_SESSIONS) {
            throw new TaException(TeeCode.BUSY, "%d sessions are open".formatted(found.sessions.size()));
        }
        PspCall call = new PspCall(machine, entry, AT + PspOpenSession.OPERATION, buffers::find);
        TaSession session = entered(found, () -> found.instance.open(call));
        int number = nextSession++;
        found.sessions.put(number, session);
        PspOpenSession.sessionInfo(entry, AT, number);
        return TeeCode.SUCCESS;
    }

    private int close(MemorySegment entry) {
        Loaded found = loaded(PspCloseSession.taHandle(entry, AT));
        TaSession session = session(found, PspCloseSession.sessionInfo(entry, AT));
        found.sessions.remove(PspCloseSession.sessionInfo(entry, AT));
        close(found, session);
        return TeeCode.SUCCESS;
    }

    private int invoke(MemorySegment entry) {
        Loaded found = living(PspInvoke.taHandle(entry, AT));
        TaSession session = session(found, PspInvoke.sessionInfo(entry, AT));
        PspCall call = new PspCall(machine, entry, AT + PspInvoke.OPERATION, buffers::find);
        return entered(found, () -> session.invoke(PspInvoke.cmdId(entry, AT), call));
    }

    private Loaded loaded(int handle) {
        return Optional.ofNullable(loaded.get(handle)).orElseThrow(() ->
                new TaException(TeeCode.ITEM_NOT_FOUND, "no application has handle " + handle));
    }

    private Loaded living(int handle) {
        Loaded found = loaded(handle);
        if (found.dead || store.get(found.application.uuid()) != found.application) {
            throw new Refusal(TeeCode.TARGET_DEAD, TeeResult.Origin.TEE);
        }
        return found;
    }

    private static TaSession session(Loaded found, int number) {
        return Optional.ofNullable(found.sessions.get(number)).orElseThrow(() ->
                new TaException(TeeCode.ITEM_NOT_FOUND, "the application has no session " + number));
    }

    private interface Entry<T> {
        T enter();
    }

    /** Runs an application's code: its refusals are answers, everything else that it throws is its death. */
    private static <T> T entered(Loaded found, Entry<T> entry) {
        try {
            return entry.enter();
        } catch (TaException refusal) {
            throw new Refusal(refusal.code(), TeeResult.Origin.TRUSTED_APPLICATION);
        } catch (RuntimeException | LinkageError panic) {
            LOG.warn("trusted application {} panicked", found.application.name(), panic);
            found.dead = true;
            throw new Refusal(TeeCode.TARGET_DEAD, TeeResult.Origin.TEE);
        }
    }

    private static <T> T entered(TrustedApplication application, Entry<T> entry) {
        try {
            return entry.enter();
        } catch (TaException refusal) {
            throw new Refusal(refusal.code(), TeeResult.Origin.TRUSTED_APPLICATION);
        } catch (RuntimeException | LinkageError panic) {
            LOG.warn("trusted application {} panicked", application.name(), panic);
            throw new Refusal(TeeCode.TARGET_DEAD, TeeResult.Origin.TEE);
        }
    }

    private static void close(Loaded found, TaSession session) {
        try {
            session.close();
        } catch (RuntimeException | LinkageError panic) {
            LOG.warn("trusted application {} panicked", found.application.name(), panic);
            found.dead = true;
        }
    }

    private static void end(Loaded found) {
        try {
            found.instance.destroy();
        } catch (RuntimeException | LinkageError panic) {
            LOG.warn("trusted application {} panicked", found.application.name(), panic);
        }
    }

    /** The ring is gone: ends all sessions and applications, and forgets all buffers. What is protected stays so. */
    void reset() {
        loaded.values().forEach(found -> {
            found.sessions.values().forEach(session -> close(found, session));
            end(found);
        });
        loaded.clear();
        buffers.clear();
    }

    /** The whole state; two that are equal are of equal states. */
    String describe() {
        StringBuilder text = new StringBuilder();
        loaded.forEach((handle, found) -> text.append(handle).append(' ').append(found.application.uuid()).append(' ')
                .append(found.loads).append(' ').append(found.dead).append(' ').append(found.sessions.keySet())
                .append('\n'));
        return text.append(buffers).append('\n').append(machine.describe()).toString();
    }
}
