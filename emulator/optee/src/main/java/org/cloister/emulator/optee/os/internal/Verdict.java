// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import org.cloister.tee.TeeResult;

/**
 * What a call of a trusted application came to.
 *
 * @param code see {@link org.cloister.tee.TeeCode}
 * @param origin who gave the code
 */
record Verdict(int code, TeeResult.Origin origin) {
    static Verdict tee(int code) {
        return new Verdict(code, TeeResult.Origin.TEE);
    }

    static Verdict application(int code) {
        return new Verdict(code, TeeResult.Origin.TRUSTED_APPLICATION);
    }
}
