// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import org.cloister.platform.layout.MtkCommand;

/** The types of memory that the application has. */
enum MemoryType {
    /** Protected at boot. */
    CM_TZ(MtkCommand.CM_TZ, "restricted_mtk_cm"),
    /** Contiguous memory that is handed over while it is in use. */
    CM_CMA(MtkCommand.CM_CMA, "restricted_mtk_cma");

    private final int number;
    private final String heap;

    MemoryType(int number, String heap) {
        this.number = number;
        this.heap = heap;
    }

    /** Its number in messages. */
    int number() {
        return number;
    }

    /** The name of its heap, as MediaTek's kernels have it. */
    String heap() {
        return heap;
    }
}
