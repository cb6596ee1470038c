// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import java.util.Set;
import java.util.UUID;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.platform.layout.RestrictedCopy;
import org.cloister.tee.TeeCode;

/** Copies between restricted memory, as {@link RestrictedCopy} describes it: never to where more can be done with it. */
public final class RestrictedCopyApplication implements TrustedApplication {
    private static final int RESTRICTED = TaMemory.ANY_OWNER | TaMemory.SECURE;

    /** Makes the application. */
    public RestrictedCopyApplication() {
    }

    @Override
    public UUID uuid() {
        return RestrictedCopy.APPLICATION;
    }

    @Override
    public String name() {
        return "restricted-copy";
    }

    @Override
    public Set<TaFlag> flags() {
        return Set.of(TaFlag.SECURE_DATA_PATH);
    }

    @Override
    public TaInstance create(TaPlatform platform) {
        return opened -> (command, call) -> command == RestrictedCopy.COPY ? copy(call) : TeeCode.NOT_SUPPORTED;
    }

    private static int copy(TaCall call) {
        call.require(TaParamType.MEMORY_INPUT, TaParamType.MEMORY_OUTPUT);
        TaMemory from = call.memory(0);
        TaMemory to = call.memory(1);
        if (from.check(TaMemory.READ | RESTRICTED) != TeeCode.SUCCESS
                || to.check(TaMemory.WRITE | RESTRICTED) != TeeCode.SUCCESS || !to.canSucceed(from)) {
            throw new TaException(TeeCode.ACCESS_DENIED, "the destination is not restricted as the source is");
        }
        if (to.size() < from.size()) {
            call.written(1, from.size());
            return TeeCode.SHORT_BUFFER;
        }
        Copies.copy(from, to, from.size());
        call.written(1, from.size());
        return TeeCode.SUCCESS;
    }
}
