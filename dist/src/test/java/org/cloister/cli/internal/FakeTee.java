// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
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

/** A trusted OS with the applications of the secure data path, right or with a fault, and a heap for it. */
final class FakeTee implements Tee {
    /** What is wrong with it. */
    enum Fault { NONE, CHANGES_NOTHING, LOSES_THE_LAST_BYTE, PSEUDO_TAKES_ALL, DENIES_SECOND_DUMP, DENIES_SINGLE_BYTES }

    private static final int PAGE = 4096;

    private final Fault fault;
    private int dumps;
    /** What was opened and not closed yet. */
    final List<Object> open = new ArrayList<>();

    FakeTee(Fault fault) {
        this.fault = fault;
    }

    /** Gives buffers of whole pages. */
    Heap heap() {
        return (Heap) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Heap.class},
                (heap, method, arguments) -> switch (method.getName()) {
                    case "name" -> "protected,secure-video";
                    case "backend" -> id();
                    case "allocate" -> buffer(((long) arguments[0] + PAGE - 1) & -PAGE);
                    default -> throw new UnsupportedOperationException(method.toString());
                });
    }

    private DmaBuf buffer(long size) {
        Object token = new Object();
        open.add(token);
        return (DmaBuf) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {DmaBuf.class},
                (buffer, method, arguments) -> switch (method.getName()) {
                    case "size" -> size;
                    case "close" -> {
                        open.remove(token);
                        yield null;
                    }
                    default -> throw new UnsupportedOperationException(method.toString());
                });
    }

    @Override
    public String id() {
        return "fake";
    }

    @Override
    public TeeVersion version() {
        return new TeeVersion(TeeVersion.OPTEE, "a fake", 0, Set.of());
    }

    @Override
    public SharedMemory allocate(long size, Direction direction) {
        return new Memory(MemorySegment.ofArray(new byte[(int) size]), false);
    }

    @Override
    public SharedMemory register(DmaBuf buffer, Direction direction) {
        return new Memory(MemorySegment.ofArray(new byte[(int) buffer.size()]), true);
    }

    @Override
    public TeeSession open(UUID application, Login login, Param... params) {
        return new Session(application);
    }

    /** Memory of the trusted OS. */
    private final class Memory implements SharedMemory {
        private final MemorySegment bytes;
        private final boolean restricted;

        Memory(MemorySegment bytes, boolean restricted) {
            this.bytes = bytes;
            this.restricted = restricted;
            open.add(this);
        }

        @Override
        public long size() {
            return bytes.byteSize();
        }

        @Override
        public Direction direction() {
            return Direction.INOUT;
        }

        @Override
        public Optional<MemorySegment> segment() {
            return restricted ? Optional.empty() : Optional.of(bytes);
        }

        @Override
        public void close() {
            open.remove(this);
        }
    }

    /** A session with either application. */
    private final class Session implements TeeSession {
        private final UUID application;

        Session(UUID application) {
            this.application = application;
            open.add(this);
        }

        @Override
        public UUID application() {
            return application;
        }

        @Override
        public TeeResult invoke(int command, TeeOperation operation) {
            if (application.equals(SecureDataPath.PSEUDO) && fault != Fault.PSEUDO_TAKES_ALL) {
                return answer(TeeCode.BAD_PARAMETERS, TeeResult.Origin.TEE, operation);
            }
            var first = (Param.Memory) operation.params().getFirst();
            if (fault == Fault.DENIES_SINGLE_BYTES && first.size() == 1) {
                return answer(TeeCode.GENERIC, TeeResult.Origin.COMMS, operation);
            }
            switch (command % 3) {
                case 0 -> move(operation);
                case 1 -> negate(part(first));
                default -> {
                    if (fault == Fault.DENIES_SECOND_DUMP && ++dumps == 2) {
                        return answer(TeeCode.ACCESS_DENIED, TeeResult.Origin.TRUSTED_APPLICATION, operation);
                    }
                    move(operation);
                }
            }
            return answer(TeeCode.SUCCESS, TeeResult.Origin.TRUSTED_APPLICATION, operation);
        }

        private TeeResult answer(int code, TeeResult.Origin origin, TeeOperation operation) {
            return new TeeResult(code, origin, operation.params());
        }

        private MemorySegment part(Param.Memory memory) {
            return ((Memory) memory.memory()).bytes.asSlice(memory.offset(), memory.size());
        }

        private void move(TeeOperation operation) {
            MemorySegment from = part((Param.Memory) operation.params().getFirst());
            MemorySegment to = part((Param.Memory) operation.params().get(1));
            long length = from.byteSize() - (fault == Fault.LOSES_THE_LAST_BYTE ? 1 : 0);
            to.asSlice(0, length).copyFrom(from.asSlice(0, length));
        }

        private void negate(MemorySegment bytes) {
            for (long i = 0; i < bytes.byteSize() && fault != Fault.CHANGES_NOTHING; i++) {
                bytes.set(ValueLayout.JAVA_BYTE, i, (byte) -bytes.get(ValueLayout.JAVA_BYTE, i));
            }
        }

        @Override
        public void close() {
            open.remove(this);
        }
    }
}
