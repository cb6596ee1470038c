// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.util.List;
import java.util.Map;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.PoolOffer;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

/**
 * A backend under test.
 *
 * @param laboratory what the suite has at hand
 * @param bundle whose it is
 * @param id the backend's id
 * @param declared the attributes of the bundle's capability of that id; empty when there is none
 * @param reference the backend's service, as it was when the run began
 * @param backend the backend itself while the suite is in the place of core; gone, and not to be used, afterwards
 * @param host what the backend talks to meanwhile
 * @param offers what it offered when the run began
 */
public record Subject(Laboratory laboratory, Bundle bundle, String id, Map<String, Object> declared,
        ServiceReference<HeapBackend> reference, HeapBackend backend, TestHost host, List<PoolOffer> offers) {
    /** Copies the collections. */
    public Subject {
        declared = Map.copyOf(declared);
        offers = List.copyOf(offers);
    }

    /** {@return the offers that are no refusals} */
    public List<PoolOffer> served() {
        return offers.stream().filter(offer -> offer.refusal().isEmpty()).toList();
    }
}
