// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.felix.hc.api.Result;
import org.cloister.admin.HeapAdmin;
import org.cloister.admin.QuotaReport;
import org.cloister.heap.Explanation;
import org.cloister.heap.Explanation.Kind;
import org.cloister.heap.Explanation.Reason;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapUsage;
import org.cloister.heap.Heaps;
import org.junit.jupiter.api.Test;

/** When a machine is healthy. */
class ChecksTest {
    private static final String VIDEO = "protected,secure-video";

    private final List<Reason> reasons = new ArrayList<>(List.of(new Reason(Kind.SERVED, "a", "backend a serves it")));
    private boolean available = true;
    private long quarantined;
    private boolean silent;
    private final List<QuotaReport> quotas = new ArrayList<>();

    private final Heap heap = fake(Heap.class, (method, given) -> switch (method) {
        case "name" -> VIDEO;
        case "usage" -> usage();
        default -> throw new UnsupportedOperationException(method);
    });
    private final Heaps heaps = fake(Heaps.class, (method, given) -> switch (method) {
        case "list" -> List.of(heap);
        case "explain" -> given[0].equals(VIDEO) ? new Explanation(VIDEO, available, reasons)
                : new Explanation((String) given[0], false, List.of(new Reason(Kind.NO_BACKEND, "", "no backend offers it")));
        default -> throw new UnsupportedOperationException(method);
    });
    private final HeapAdmin admin = fake(HeapAdmin.class, (method, given) -> switch (method) {
        case "quotas" -> quotas;
        default -> throw new UnsupportedOperationException(method);
    });

    private HeapUsage usage() {
        if (silent) {
            throw new HeapException(HeapError.BACKEND_FAILED, "tell", VIDEO, "it hangs", "wait");
        }
        return new HeapUsage(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), quarantined, 0, 0,
                OptionalInt.empty(), OptionalInt.empty());
    }

    private interface Answer {
        Object to(String method, Object[] given);
    }

    private static <T> T fake(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (proxy, method, given) -> answer.to(method.getName(), given)));
    }

    private static HealthConfiguration configuration(String... wanted) {
        return fake(HealthConfiguration.class, (method, given) -> switch (method) {
            case "heaps" -> wanted;
            case "quota_percent" -> 90;
            case "drain_limit_ms" -> 60_000L;
            default -> throw new UnsupportedOperationException(method);
        });
    }

    private static void assertIs(Result.Status status, Result result, String... said) {
        assertThat(result.getStatus()).as(result.toString()).isEqualTo(status);
        assertThat(said).allSatisfy(words -> assertThat(result.toString()).contains(words));
    }

    @Test
    void aHeapThatIsNotAvailableIsCritical() {
        assertIs(Result.Status.OK, new HeapsCheck(heaps, configuration()).execute());
        assertIs(Result.Status.CRITICAL, new HeapsCheck(heaps, configuration("protected,x")).execute(),
                "no backend offers it");
        available = false;
        assertIs(Result.Status.CRITICAL, new HeapsCheck(heaps, configuration()).execute(), VIDEO);
    }

    @Test
    void aFailedBackendIsCriticalUnlessAnotherServes() {
        assertIs(Result.Status.OK, new BackendsCheck(heaps).execute());
        reasons.add(new Reason(Kind.FAILED, "b", "backend b failed: its firmware is dead"));
        assertIs(Result.Status.WARN, new BackendsCheck(heaps).execute(), "another backend serves");
        available = false;
        assertIs(Result.Status.CRITICAL, new BackendsCheck(heaps).execute(), "its firmware is dead");
    }

    @Test
    void quarantinedMemoryIsAWarning() {
        assertIs(Result.Status.OK, new QuarantineCheck(heaps).execute());
        quarantined = 4096;
        assertIs(Result.Status.WARN, new QuarantineCheck(heaps).execute(), "0x1000 bytes");
        silent = true;
        assertIs(Result.Status.WARN, new QuarantineCheck(heaps).execute(), "does not tell");
    }

    @Test
    void quotasWarnBeforeTheyAreUsedUp() {
        var check = new QuotaCheck(admin, configuration());
        assertIs(Result.Status.OK, check.execute());
        quotas.add(new QuotaReport(QuotaReport.Kind.BUNDLE, "player", 89, 100));
        assertIs(Result.Status.OK, check.execute());
        quotas.add(new QuotaReport(QuotaReport.Kind.USE_CASE, "secure-video", 90, 100));
        assertIs(Result.Status.WARN, check.execute(), "use case secure-video: 90 of 100");
        quotas.add(new QuotaReport(QuotaReport.Kind.BUNDLE, "full", 100, 100));
        assertIs(Result.Status.CRITICAL, check.execute(), "bundle full");
    }

    @Test
    void aDrainThatTakesTooLongIsAWarningUntilItIsOver() {
        AtomicLong now = new AtomicLong();
        var check = new DrainCheck(Duration.ofSeconds(60), now::get);
        check.onEvent(new HeapEvent.Draining(VIDEO, "a", 3));
        assertIs(Result.Status.OK, check.execute(), "waits");
        now.addAndGet(Duration.ofSeconds(61).toNanos());
        assertIs(Result.Status.WARN, check.execute(), "backend a has waited 61 s");
        check.onEvent(new HeapEvent.Retired(VIDEO, "b"));
        assertIs(Result.Status.WARN, check.execute());
        check.onEvent(new HeapEvent.Retired(VIDEO, "a"));
        assertIs(Result.Status.OK, check.execute());
    }
}
