// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.PoolOffer;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

/** A backend as a whole, with the suite in the place of core. For one check. */
public final class BackendBench implements Bench {
    private final Subject subject;
    private final List<PoolBench> pools = new ArrayList<>();

    BackendBench(Subject subject) {
        this.subject = subject;
    }

    @Override
    public String heap() {
        return "";
    }

    @Override
    public boolean refused() {
        return false;
    }

    /** {@return the backend} */
    public HeapBackend backend() {
        return subject.backend();
    }

    /** {@return its service} */
    public ServiceReference<HeapBackend> reference() {
        return subject.reference();
    }

    /** {@return its bundle} */
    public Bundle bundle() {
        return subject.bundle();
    }

    /** {@return what the backend talks to, in the place of core} */
    public TestHost host() {
        return subject.host();
    }

    /** {@return its id, as it was when the run began} */
    public String id() {
        return subject.id();
    }

    /** {@return the attributes of its capability; empty when none has its id} */
    public Map<String, Object> declared() {
        return subject.declared();
    }

    /** {@return what it offered when the run began} */
    public List<PoolOffer> offers() {
        return subject.offers();
    }

    /** {@return a bench for each heap that is served, all open at once} */
    public List<PoolBench> pools() {
        if (pools.isEmpty()) {
            subject.served().forEach(offer -> pools.add(new PoolBench(subject, offer)));
        }
        return pools;
    }

    /** {@return two pools of different use cases; skips when there are none} */
    public List<PoolBench> twoUseCases() {
        for (PoolBench one : pools()) {
            for (PoolBench other : pools()) {
                if (!one.offer().useCase().equals(other.offer().useCase())) {
                    return List.of(one, other);
                }
            }
        }
        throw Expect.skip("the backend serves one use case only");
    }

    @Override
    public void close() {
        pools.forEach(PoolBench::close);
    }
}
