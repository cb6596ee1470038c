// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.cloister.emulator.optee.TaAnswer;
import org.cloister.emulator.optee.TaArgument;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaPeer;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.emulator.optee.TaSession;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.tee.Direction;
import org.cloister.tee.TeeCode;

/**
 * xtest's trusted application for the secure data path: puts data into restricted memory (command 0), changes it there
 * (1), and gets it out (2); or has that done by another instance of itself (3 to 5) or by the pseudo TA (6 to 8).
 */
public final class SecureDataPathApplication implements TrustedApplication {
    /** By what clients find it. */
    public static final UUID ID = UUID.fromString("12345678-5b69-11e4-9dbb-101f74f00099");

    private static final int INJECT = 0;
    private static final int TRANSFORM = 1;
    private static final int DUMP = 2;
    private static final int BY_ANOTHER = 3;
    private static final int BY_PSEUDO = 6;
    private static final int END = 9;
    private static final int NORMAL = TaMemory.ANY_OWNER | TaMemory.NONSECURE;
    private static final int RESTRICTED = TaMemory.ANY_OWNER | TaMemory.SECURE;

    /** Makes the application. */
    public SecureDataPathApplication() {
    }

    @Override
    public UUID uuid() {
        return ID;
    }

    @Override
    public String name() {
        return "sdp-basic";
    }

    @Override
    public Set<TaFlag> flags() {
        return Set.of(TaFlag.SECURE_DATA_PATH);
    }

    @Override
    public TaInstance create(TaPlatform platform) {
        var instance = new Instance();
        return call -> instance;
    }

    /** One instance, which keeps its sessions with others; it has one session of its own. */
    private static final class Instance implements TaSession {
        private Optional<TaPeer> another = Optional.empty();
        private Optional<TaPeer> pseudo = Optional.empty();

        @Override
        public int invoke(int command, TaCall call) {
            if (command == INJECT) {
                return move(call, TaMemory.READ | NORMAL, TaMemory.WRITE | RESTRICTED);
            }
            if (command == TRANSFORM) {
                return transform(call);
            }
            if (command == DUMP) {
                return move(call, TaMemory.READ | RESTRICTED, TaMemory.WRITE | NORMAL);
            }
            if (command >= BY_ANOTHER && command < BY_PSEUDO) {
                TaPeer peer = another.orElseGet(() -> call.open(ID));
                another = Optional.of(peer);
                int code = pass(peer, call, command - BY_ANOTHER);
                another = code == TeeCode.SUCCESS ? another : Optional.empty();
                return code;
            }
            if (command >= BY_PSEUDO && command < END) {
                TaPeer peer = pseudo.orElseGet(() -> call.open(InvokeTestsApplication.ID));
                pseudo = Optional.of(peer);
                int code = pass(peer, call, command - BY_PSEUDO + InvokeTestsApplication.INJECT);
                pseudo = code == TeeCode.SUCCESS ? pseudo : Optional.empty();
                return code;
            }
            return TeeCode.BAD_PARAMETERS;
        }

        private static int move(TaCall call, int source, int destination) {
            call.require(TaParamType.MEMORY_INPUT, TaParamType.MEMORY_OUTPUT);
            TaMemory from = call.memory(0);
            TaMemory to = call.memory(1);
            if (to.size() < from.size()) {
                return TeeCode.SHORT_BUFFER;
            }
            int code = from.check(source);
            if (code == TeeCode.SUCCESS) {
                code = to.check(destination);
            }
            if (code == TeeCode.SUCCESS) {
                Copies.copy(from, to, from.size());
            }
            return code;
        }

        private static int transform(TaCall call) {
            call.require(TaParamType.MEMORY_INOUT);
            TaMemory memory = call.memory(0);
            int code = memory.check(TaMemory.READ | TaMemory.WRITE | RESTRICTED);
            if (code == TeeCode.SUCCESS) {
                Copies.pass(memory, memory, memory.size(), Copies::negate);
            }
            return code;
        }

        private static int pass(TaPeer peer, TaCall call, int command) {
            var arguments = new TaArgument[4];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = switch (call.type(i)) {
                    case NONE -> new TaArgument.None();
                    case VALUE_INPUT -> new TaArgument.Value(call.a(i), call.b(i), Direction.INPUT);
                    case VALUE_OUTPUT -> new TaArgument.Value(call.a(i), call.b(i), Direction.OUTPUT);
                    case VALUE_INOUT -> new TaArgument.Value(call.a(i), call.b(i), Direction.INOUT);
                    case MEMORY_INPUT -> new TaArgument.Memory(call.memory(i), Direction.INPUT);
                    case MEMORY_OUTPUT -> new TaArgument.Memory(call.memory(i), Direction.OUTPUT);
                    case MEMORY_INOUT -> new TaArgument.Memory(call.memory(i), Direction.INOUT);
                };
            }
            TaAnswer answer = peer.invoke(call, command, arguments);
            for (int i = 0; i < arguments.length; i++) {
                if (call.type(i).isMemory() && call.type(i).isOutput()) {
                    call.written(i, answer.sizes().get(i));
                }
            }
            if (answer.code() != TeeCode.SUCCESS) {
                peer.close(call);
            }
            return answer.code();
        }
    }
}
