// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.Optional;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.tee.TeeCode;

/** Which memory an application may be called with. */
final class ParameterRules {
    private ParameterRules() {}

    /** Whether restricted memory is given to an application that is not on the secure data path. */
    static boolean takesWrongMemory(TaContext context, Operation operation) {
        if (context.is(TaFlag.SECURE_DATA_PATH)) {
            return false;
        }
        for (int i = 0; i < Operation.PARAMS; i++) {
            if (operation.size(i) != 0 && operation.memory(i).filter(MemoryObject::isRestricted).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /**
     * An application in the core uses memory through the core's own mapping, and takes restricted memory from another
     * application only; then it borrows that one's mapping.
     *
     * @return a GlobalPlatform code
     */
    static int checkPseudo(ClientSession session, Operation operation) {
        if (session.client().isTrusted()) {
            return TeeCode.SUCCESS;
        }
        for (int i = 0; i < Operation.PARAMS; i++) {
            Optional<MemoryObject> memory = operation.memory(i);
            if (memory.isPresent() && memory.get().isSecure()) {
                return TeeCode.BAD_PARAMETERS;
            }
            if (memory.isPresent() && operation.size(i) != 0 && !memory.get().isMappable()) {
                return TeeCode.BAD_PARAMETERS;
            }
        }
        return TeeCode.SUCCESS;
    }
}
