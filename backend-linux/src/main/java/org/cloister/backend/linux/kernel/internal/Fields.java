// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.invoke.VarHandle;

/** Access to the fields of structures, in the byte order of this machine. */
public final class Fields {
    private Fields() {}

    /** A handle to the named field; its coordinates are the segment and the structure's offset in it. */
    public static VarHandle of(MemoryLayout structure, String field) {
        return structure.varHandle(PathElement.groupElement(field)).withInvokeExactBehavior();
    }
}
