// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import org.cloister.emulator.optee.replay.ReplayResult;
import org.cloister.emulator.optee.replay.ReplayedCall;

/** How a replay is shown. */
interface ReplayPrinter {
    /** A call was made. */
    void print(ReplayedCall call);

    /** It is over. */
    void print(ReplayResult result);
}
