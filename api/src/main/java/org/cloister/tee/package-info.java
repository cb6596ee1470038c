// SPDX-License-Identifier: Apache-2.0
/**
 * Sessions with trusted applications, shaped after GlobalPlatform's TEE Client API.
 *
 * <pre>{@code
 * try (TeeSession session = tee.open(TA, Login.PUBLIC);
 *         SharedMemory memory = tee.register(buffer, Direction.INOUT)) {
 *     TeeResult result = session.invoke(DECRYPT, new Param.Memory(memory, 0, 4096, Direction.INOUT));
 *     result.orElseThrow("decrypt a sample");
 * }
 * }</pre>
 *
 * <p><b>Versions.</b> {@link org.cloister.tee.Tee}, {@link org.cloister.tee.TeeSession} and
 * {@link org.cloister.tee.SharedMemory} are implemented by backends that reach a trusted OS and are consumer types:
 * both sides import {@code [1.0,2)}.
 */
@Export
@Version("1.0.0")
package org.cloister.tee;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
