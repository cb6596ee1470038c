// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import org.cloister.platform.layout.PspCloseSession;
import org.cloister.platform.layout.PspInvoke;
import org.cloister.platform.layout.PspLoadTa;
import org.cloister.platform.layout.PspMapMemory;
import org.cloister.platform.layout.PspOpenSession;
import org.cloister.platform.layout.PspUnloadTa;
import org.cloister.platform.layout.PspUnmapMemory;
import org.osgi.annotation.versioning.ProviderType;

/** Commands that the trusted OS of AMD's secure processor takes from its ring (Linux: {@code enum tee_cmd_id}). */
@ProviderType
public enum PspCommand {
    /** Loads a trusted application. */
    LOAD_TA(1, PspLoadTa.SIZE),
    /** Unloads a trusted application. */
    UNLOAD_TA(2, PspUnloadTa.SIZE),
    /** Opens a session. */
    OPEN_SESSION(3, PspOpenSession.SIZE),
    /** Closes a session. */
    CLOSE_SESSION(4, PspCloseSession.SIZE),
    /** Invokes a command of a trusted application. */
    INVOKE(5, PspInvoke.SIZE),
    /** Makes normal memory known as a buffer. */
    MAP_SHARED_MEMORY(6, PspMapMemory.SIZE),
    /** Forgets a buffer. */
    UNMAP_SHARED_MEMORY(7, PspUnmapMemory.SIZE);

    private static final PspCommand[] ALL = values();

    private final int id;
    private final int payload;

    PspCommand(int id, int payload) {
        this.id = id;
        this.payload = payload;
    }

    /** The number in ring entries. */
    public int id() {
        return id;
    }

    /** Bytes of the payload. */
    public int payload() {
        return payload;
    }

    /** Tells whether there is a command of that number. */
    public static boolean exists(int id) {
        return id >= 1 && id <= ALL.length;
    }

    /** The command of a number that {@linkplain #exists exists}. */
    public static PspCommand of(int id) {
        return ALL[id - 1];
    }
}
