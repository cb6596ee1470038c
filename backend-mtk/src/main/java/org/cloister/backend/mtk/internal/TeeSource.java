// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.List;
import org.cloister.tee.Tee;

/** Where trusted operating systems come from, which may come and go. Safe for use by any thread. */
interface TeeSource extends AutoCloseable {
    /** Those that are there now, the one to be asked first first. */
    List<Tee> current();

    /** Lets go of them, and so of all that was opened through them. */
    @Override
    void close();
}
