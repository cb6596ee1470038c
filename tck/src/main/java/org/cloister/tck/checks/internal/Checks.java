// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.util.List;

/** All classes of checks. Stateless. */
public final class Checks {
    /** Those for which the suite is in the place of core. */
    public static final List<Class<?>> ON_BACKENDS = List.of(DeclarationChecks.class, OfferChecks.class,
            PoolLifeChecks.class, AttributeChecks.class, AllocationChecks.class, LengthChecks.class,
            ExhaustionChecks.class, FreeChecks.class, CpuAccessChecks.class, ConcurrencyChecks.class,
            RegionChecks.class, IsolationChecks.class, DenyChecks.class, CopyChecks.class, TeeMemoryChecks.class,
            LoanChecks.class, FailureChecks.class);
    /** Those that use heaps through core. */
    public static final List<Class<?>> ON_HEAPS = List.of(HeapChecks.class, BufferChecks.class, DeviceChecks.class,
            OwnerChecks.class, SessionChecks.class, DrainChecks.class);
    /** The same, with core configured to take live buffers away a millisecond after their backend left. */
    public static final List<Class<?>> ON_REVOCATION = List.of(RevokeChecks.class);

    private Checks() {}
}
