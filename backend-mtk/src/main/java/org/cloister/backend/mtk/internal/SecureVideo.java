// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.Optional;

/** Which memory also serves {@code protected,secure-video}. */
enum SecureVideo {
    /** None. */
    NONE,
    /** That which is protected at boot. */
    CM,
    /** That which is handed over. */
    CMA;

    /** The memory type. */
    Optional<MemoryType> type() {
        return switch (this) {
            case NONE -> Optional.empty();
            case CM -> Optional.of(MemoryType.CM_TZ);
            case CMA -> Optional.of(MemoryType.CM_CMA);
        };
    }
}
