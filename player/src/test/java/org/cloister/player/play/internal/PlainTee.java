// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.layout.ContentSample;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeOperation;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;
import org.cloister.tee.TeeVersion;

/** A trusted OS that notes what it is told, and knows what is open. For one thread. */
final class PlainTee implements Tee {
    /** A command with copies of what came in. */
    record Call(int command, List<byte[]> in) {}

    final List<Call> calls = new ArrayList<>();
    /** Memory that was allocated, the first one first; stays readable when it is closed. */
    final List<MemorySegment> allocated = new ArrayList<>();
    /** What is open: sessions, memory and registrations. */
    final Set<AutoCloseable> open = new HashSet<>();
    boolean hasApplication = true;
    Predicate<DmaBuf> knows = buffer -> true;
    Optional<HeapError> allocation = Optional.empty();
    int result = TeeCode.SUCCESS;
    int opened;

    private final String name;

    PlainTee(String name) {
        this.name = name;
    }

    @Override
    public String id() {
        return name;
    }

    @Override
    public TeeVersion version() {
        return new TeeVersion(TeeVersion.OPTEE, name, 0, Set.of());
    }

    @Override
    public TeeSession open(UUID application, Login login, Param... params) {
        if (!hasApplication || !application.equals(ContentSample.APPLICATION)) {
            throw refusal(HeapError.FIRMWARE_REFUSED, "it has none of that uuid");
        }
        opened++;
        return note(new Session());
    }

    @Override
    public SharedMemory allocate(long size, Direction direction) {
        allocation.ifPresent(error -> {
            throw refusal(error, "there is none left");
        });
        allocated.add(Arena.ofAuto().allocate(size));
        return note(new Memory(size, direction, Optional.of(allocated.getLast())));
    }

    @Override
    public SharedMemory register(DmaBuf buffer, Direction direction) {
        if (!knows.test(buffer)) {
            throw refusal(HeapError.INVALID_ARGUMENT, name + " does not know its memory");
        }
        return note(new Memory(buffer.size(), direction, Optional.empty()));
    }

    private HeapException refusal(HeapError error, String why) {
        return new HeapException(error, "ask " + name, "what was asked for", why, "ask another");
    }

    private <T extends AutoCloseable> T note(T opened) {
        open.add(opened);
        return opened;
    }

    private final class Memory implements SharedMemory {
        private final long size;
        private final Direction direction;
        private final Optional<MemorySegment> segment;

        private Memory(long size, Direction direction, Optional<MemorySegment> segment) {
            this.size = size;
            this.direction = direction;
            this.segment = segment;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public Direction direction() {
            return direction;
        }

        @Override
        public Optional<MemorySegment> segment() {
            return segment;
        }

        @Override
        public void close() {
            open.remove(this);
        }
    }

    private final class Session implements TeeSession {
        @Override
        public UUID application() {
            return ContentSample.APPLICATION;
        }

        @Override
        public TeeResult invoke(int command, TeeOperation operation) {
            List<byte[]> in = new ArrayList<>();
            for (Param param : operation.params()) {
                if (param instanceof Param.Memory memory && memory.memory().segment().isPresent()) {
                    in.add(memory.memory().segment().get().asSlice(memory.offset(), memory.size())
                            .toArray(ValueLayout.JAVA_BYTE));
                }
            }
            calls.add(new Call(command, in));
            return new TeeResult(result, TeeResult.Origin.TRUSTED_APPLICATION, operation.params());
        }

        @Override
        public void close() {
            open.remove(this);
        }
    }
}
