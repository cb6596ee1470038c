// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.util.OptionalInt;
import org.cloister.platform.layout.FfaVersion;

/**
 * Who is at the other end of FF-A, and what was negotiated.
 *
 * @param version of FF-A
 * @param wide whether memory is sent by the functions with 64-bit arguments
 * @param own this side's endpoint id
 * @param endpoint OP-TEE's
 * @param osVersion OP-TEE's
 * @param capabilities OP-TEE's, bits of {@link org.cloister.platform.conduit.OpteeFfa}
 * @param requestParams how many parameters a request has at most
 * @param interrupt the line that says that notifications are pending, if the partition manager has one
 */
record FfaPartner(FfaVersion version, boolean wide, int own, int endpoint, String osVersion, int capabilities,
        int requestParams, OptionalInt interrupt) {
}
