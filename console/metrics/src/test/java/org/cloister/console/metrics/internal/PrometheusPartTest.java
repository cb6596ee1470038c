// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.metrics.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.console.metrics.internal.FakeMachine.VIDEO;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.cloister.admin.QuotaReport;
import org.cloister.heap.Access;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapUsage;
import org.cloister.platform.inspect.BlockedAccess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The text that Prometheus reads. */
class PrometheusPartTest {
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\w+) (\\w+)$");

    private final FakeMachine machine = new FakeMachine(VIDEO);
    private final PrometheusPart part = new PrometheusPart(machine.heaps(), machine.admin(), 10);

    @AfterEach
    void stop() {
        part.stop();
    }

    private String scrape(String accept) {
        return new String(part.read(accept).bytes(), StandardCharsets.UTF_8);
    }

    private void everything() {
        List.of(new HeapEvent.Allocated(VIDEO, 1, 4096, "a"), new HeapEvent.Freed(VIDEO, 1, 4096),
                new HeapEvent.Swapped(VIDEO, "x", "optee", 2),
                new HeapEvent.Unavailable(VIDEO, "gone"), new HeapEvent.Moved(VIDEO, 2, "x", "y"),
                new HeapEvent.Revoked(VIDEO, 2, "late"), new HeapEvent.Draining(VIDEO, "x", 2),
                new HeapEvent.Leaked(VIDEO, 3, 1, "b", Duration.ZERO, Optional.empty()),
                new HeapEvent.BackendFailed(VIDEO, "x", "threw"),
                new HeapEvent.Lent(VIDEO, "x", 0, 65536), new HeapEvent.Reclaimed(VIDEO, "x", 0, 65536),
                new HeapEvent.Faulted(VIDEO, "x", 0, 65536, "refused"),
                new HeapEvent.Quarantined(VIDEO, "x", 0, 65536, "no answer")).forEach(part::onEvent);
        machine.buffers.add(FakeMachine.buffer(1, "a", 4096));
        machine.quotas.add(new QuotaReport(QuotaReport.Kind.BUNDLE, "a", 5, 10));
    }

    @Test
    void linesAreThoseOfPrometheus() {
        everything();
        assertThat(scrape("").lines())
                .contains("# TYPE cloister_allocations_total counter",
                        "cloister_allocations_total{bundle=\"a\",heap=\"protected,secure-video\"} 1.0",
                        "cloister_allocated_bytes_total{bundle=\"a\",heap=\"protected,secure-video\"} 4096.0",
                        "# TYPE cloister_heap_free_bytes gauge",
                        "cloister_heap_free_bytes{heap=\"protected,secure-video\"} 4096.0",
                        "cloister_heap_served{backend=\"optee\",heap=\"protected,secure-video\"} 1.0",
                        "cloister_bundle_used_bytes{bundle=\"a\"} 4096.0",
                        "cloister_quarantined_bytes_total{backend=\"x\",heap=\"protected,secure-video\"} 65536.0");
    }

    @Test
    void eachScrapeIsFresh() {
        assertThat(scrape("")).contains("cloister_heap_free_bytes{heap=\"protected,secure-video\"} 4096.0");
        machine.usage = new HeapUsage(OptionalLong.empty(), OptionalLong.of(5), OptionalLong.empty(), 0, 0, 0,
                OptionalInt.empty(), OptionalInt.empty());
        assertThat(scrape("")).contains("cloister_heap_free_bytes{heap=\"protected,secure-video\"} 5.0",
                "cloister_heap_capacity_bytes{heap=\"protected,secure-video\"} NaN");
    }

    @Test
    void openMetricsIsGivenToWhoAsksForIt() {
        assertThat(part.read("text/html").type()).startsWith("text/plain; version=0.0.4");
        assertThat(scrape("text/html")).doesNotContain("# EOF");
        String accept = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        assertThat(part.read(accept).type()).startsWith("application/openmetrics-text");
        assertThat(scrape(accept)).endsWith("# EOF\n");
    }

    @Test
    void aNameThatWouldBreakTheFormatIsEscaped() {
        part.onEvent(new HeapEvent.Allocated(VIDEO, 1, 1, "a\"} 7\ncloister_heap_free_bytes{heap=\"x"));
        assertThat(scrape("").lines()).noneMatch(line -> line.startsWith("cloister_heap_free_bytes{heap=\"x"))
                .anyMatch(line -> line.startsWith("cloister_allocations_total{bundle=\"a\\\"} 7\\ncloister_heap"));
    }

    @Test
    void afterTheEndThereIsNothing() {
        everything();
        part.stop();
        assertThat(scrape("")).doesNotContain("cloister");
    }

    /** Both ways: nothing is told that is not described, nor described that is not told. */
    @Test
    void whatIsToldIsWhatIsDocumented() throws IOException {
        everything();
        machine.heaps.addAll(new FakeMachine("protected,trusted-ui").heaps);
        part.blocked(new BlockedAccess(1, 0, "cpu", 0, 1, Access.READ, "r", "no"));
        Map<String, String> told = TYPE.matcher(scrape("")).results().collect(
                Collectors.toMap(found -> found.group(1), found -> found.group(2)));
        String page = Files.readString(Path.of("../../docs/observing.md"));
        Map<String, String> documented = Pattern.compile("(?m)^\\| `(cloister_\\w+)` \\| (counter|gauge) \\|").matcher(page)
                .results().collect(Collectors.toMap(found -> found.group(1), found -> found.group(2)));
        assertThat(new TreeSet<>(told.keySet())).isEqualTo(new TreeSet<>(documented.keySet()));
        assertThat(told).isEqualTo(documented);
    }
}
