// SPDX-License-Identifier: Apache-2.0
/**
 * The contract of backends as checks that run: who runs them, what comes out, and what a laboratory may add.
 *
 * <p>{@link org.cloister.tck.ContractSuite} tests the backends of one bundle. It needs nothing but that bundle: it calls
 * the backend as core does, then core itself, with buffers, devices and consumers of its own. What the API cannot show is
 * seen through two optional services, which whoever tests may supply for his hardware or its model:
 *
 * <ul>
 *   <li>{@link org.cloister.tck.MemoryObserver}: who really reaches which address. Without one, checks that look from
 *       outside are counted as skipped, never as passed.
 *   <li>{@link org.cloister.tck.FaultInjector}: makes each step of talking to firmware fail.
 * </ul>
 *
 * <p>What a backend can do it declares: in the attributes of its pools, and in the attributes of its capability
 * {@code cloister.backend}. Where it declares that it cannot, the documented refusal is asserted, and counted as
 * {@linkplain org.cloister.tck.Verdict#REFUSED refused}.
 *
 * <p><b>Versions.</b> Whoever implements one of the two services imports {@code [1.0,2)}.
 */
@Export
@Version("1.0.0")
package org.cloister.tck;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
