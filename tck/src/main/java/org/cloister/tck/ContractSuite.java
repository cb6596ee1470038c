// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck;

import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.Bundle;

/**
 * Tests whether backends meet the contract. A service. One run at a time: others wait.
 *
 * <p>A run stops core, calls the backends itself, starts core again, and then stops and starts the bundle under test. So
 * nothing else should use heaps meanwhile. Afterwards core and the bundle run as before.
 */
@ProviderType
public interface ContractSuite {
    /**
     * Tests all backends of a bundle.
     *
     * @param bundle a started bundle
     * @return what was found
     * @throws org.cloister.heap.HeapException {@code UNAVAILABLE} when there is nothing to test: the bundle registers no
     *     backend, or none of its backends serves a heap, with the reasons that it gives
     */
    ContractReport test(Bundle bundle);
}
