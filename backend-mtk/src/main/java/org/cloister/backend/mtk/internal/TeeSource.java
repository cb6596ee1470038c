// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.Optional;
import org.cloister.tee.Tee;

/** Where the trusted OS comes from, which may come and go. Safe for use by any thread. */
interface TeeSource extends AutoCloseable {
    /** The trusted OS, if it is there now. */
    Optional<Tee> current();

    /** Lets go of it, and so of all that was opened through it. */
    @Override
    void close();
}
