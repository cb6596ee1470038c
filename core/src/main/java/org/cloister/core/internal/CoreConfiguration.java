// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.Optional;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of core, PID {@code org.cloister.core}. May be changed while heaps are in use. */
@ObjectClassDefinition(name = "Cloister core", description = "Which backend serves which heap, and limits.")
@interface CoreConfiguration {
    /** The PID. */
    String PID = "org.cloister.core";

    @AttributeDefinition(name = "Backends of heaps", description = "For a heap, the only backends that may serve it, in"
            + " order: protected,secure-video=optee,carveout. Heaps not named here go to the backend with the highest"
            + " service.ranking.")
    String[] heap_backends() default {};

    @AttributeDefinition(name = "Drain policies", description = "What becomes of live buffers when the backend of a"
            + " heap leaves: drain (they stay until they are released), revoke:MS (they are taken away after that many"
            + " milliseconds), move (they are moved to the backend that takes over, where both backends can do that;"
            + " those that cannot be moved stay), move:MS (those are taken away): protected,secure-video=move:2000. For"
            + " heaps not named here the drain deadline decides.")
    String[] drain_policies() default {};

    @AttributeDefinition(name = "Drain deadline (ms)", min = "-1", description = "How long buffers of a backend that"
            + " leaves from now on stay usable, in milliseconds; then they are revoked. -1: until they are released.")
    long drain_deadline_ms() default -1;

    @AttributeDefinition(name = "Call limit (ms)", min = "100", description = "How long a call of a backend may last,"
            + " in milliseconds; then the backend is taken for a failed one.")
    long call_limit_ms() default 10_000;

    @AttributeDefinition(name = "Invalidation limit (ms)", min = "1", description = "How long an importer may take to"
            + " let go of a revoked buffer, in milliseconds.")
    long invalidate_limit_ms() default 1_000;

    @AttributeDefinition(name = "Quotas of bundles", description = "Bytes that a bundle may have allocated, by symbolic"
            + " name; * stands for each that is not named: org.acme.player=268435456.")
    String[] quota_bundles() default {};

    @AttributeDefinition(name = "Quotas of use cases", description = "Bytes that all bundles together may have"
            + " allocated for a use case: secure-video=268435456.")
    String[] quota_use$_$cases() default {};

    @AttributeDefinition(name = "Allocation sites", description = "Whether the place in the code where a buffer was"
            + " obtained is kept, to be reported when it leaks: NONE, SAMPLED (1 in 1024), ALL (costs microseconds"
            + " each).")
    Sites.Mode allocation_sites() default Sites.Mode.SAMPLED;

    /** Checks a configuration. */
    final class Reader {
        private Reader() {}

        static CoreSettings read(CoreConfiguration c) {
            Duration deadline = CoreSettings.milliseconds("drain.deadline.ms", c.drain_deadline_ms(), -1);
            return new CoreSettings(CoreSettings.preferences(c.heap_backends()),
                    CoreSettings.policies(c.drain_policies()),
                    Optional.of(deadline).filter(d -> !d.isNegative()),
                    CoreSettings.milliseconds("call.limit.ms", c.call_limit_ms(), 100),
                    CoreSettings.milliseconds("invalidate.limit.ms", c.invalidate_limit_ms(), 1),
                    CoreSettings.quotas(c.quota_bundles(), "quota.bundles"),
                    CoreSettings.quotas(c.quota_use$_$cases(), "quota.use-cases"), c.allocation_sites());
        }
    }
}
