// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import java.util.Set;
import java.util.UUID;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.tee.TeeCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of OP-TEE's pseudo TA for tests that moves data between normal and restricted memory: command 0 says hello,
 * 3 puts data into restricted memory, 4 changes it there, 5 gets it out.
 */
public final class InvokeTestsApplication implements TrustedApplication {
    /** By what clients find it. */
    public static final UUID ID = UUID.fromString("d96a5b40-c3e5-21e3-8794-1002a5d5c61b");
    /** Command: puts data into restricted memory. */
    public static final int INJECT = 3;
    /** Command: changes data in restricted memory. */
    public static final int TRANSFORM = 4;
    /** Command: gets data out of restricted memory. */
    public static final int DUMP = 5;

    private static final int HELLO = 0;
    private static final int NORMAL = TaMemory.ANY_OWNER | TaMemory.NONSECURE;
    private static final int RESTRICTED = TaMemory.ANY_OWNER | TaMemory.SECURE;
    private static final Logger LOG = LoggerFactory.getLogger(InvokeTestsApplication.class);

    /** Makes the application. */
    public InvokeTestsApplication() {
    }

    @Override
    public UUID uuid() {
        return ID;
    }

    @Override
    public String name() {
        return "invoke-tests";
    }

    @Override
    public Set<TaFlag> flags() {
        return Set.of(TaFlag.PSEUDO, TaFlag.SINGLE_INSTANCE, TaFlag.MULTI_SESSION, TaFlag.KEEP_ALIVE,
                TaFlag.SECURE_DATA_PATH, TaFlag.CONCURRENT, TaFlag.DEVICE);
    }

    @Override
    public TaInstance create(TaPlatform platform) {
        return call -> InvokeTestsApplication::invoke;
    }

    private static int invoke(int command, TaCall call) {
        return switch (command) {
            case HELLO -> {
                LOG.info("The pseudo TA says hello");
                yield TeeCode.SUCCESS;
            }
            case INJECT -> move(call, NORMAL, RESTRICTED);
            case TRANSFORM -> transform(call);
            case DUMP -> move(call, RESTRICTED, NORMAL);
            default -> TeeCode.BAD_PARAMETERS;
        };
    }

    private static int move(TaCall call, int source, int destination) {
        call.require(TaParamType.MEMORY_INPUT, TaParamType.MEMORY_OUTPUT);
        TaMemory from = call.memory(0);
        TaMemory to = call.memory(1);
        if (to.size() < from.size()) {
            call.written(1, from.size());
            return TeeCode.SHORT_BUFFER;
        }
        if (from.check(source) != TeeCode.SUCCESS || from.size() > 0 && to.check(destination) != TeeCode.SUCCESS) {
            return TeeCode.BAD_PARAMETERS;
        }
        Copies.copy(from, to, from.size());
        return TeeCode.SUCCESS;
    }

    private static int transform(TaCall call) {
        call.require(TaParamType.MEMORY_INOUT);
        TaMemory memory = call.memory(0);
        if (memory.check(RESTRICTED) != TeeCode.SUCCESS) {
            return TeeCode.BAD_PARAMETERS;
        }
        Copies.pass(memory, memory, memory.size(), Copies::negate);
        return TeeCode.SUCCESS;
    }
}
