// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.refused;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.heap.HeapError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The configuration of core. */
class SettingsTest {
    /** A configuration as Declarative Services makes it: defaults, but for some values. */
    static CoreConfiguration configuration(Map<String, Object> values) {
        return (CoreConfiguration) Proxy.newProxyInstance(SettingsTest.class.getClassLoader(),
                new Class<?>[] {CoreConfiguration.class, Annotation.class},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    private static CoreSettings read(String name, Object value) {
        return CoreConfiguration.Reader.read(configuration(Map.of(name, value)));
    }

    @Test
    void defaults() {
        assertThat(CoreConfiguration.Reader.read(configuration(Map.of()))).isEqualTo(new CoreSettings(
                Map.of(), Map.of(),
                Optional.empty(), Duration.ofSeconds(10), Duration.ofSeconds(1), Map.of(), Map.of(),
                Sites.Mode.SAMPLED));
    }

    @Test
    void backendsOfHeaps() {
        var lines = new String[] {" protected,secure-video = optee , carveout ", "restricted,trusted-ui=mtk", "a=b=c"};
        assertThat(read("heap_backends", lines).preferences()).isEqualTo(Map.of(
                "protected,secure-video", List.of("optee", "carveout"), "protected,trusted-ui", List.of("mtk"),
                "a=b", List.of("c")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "=", "optee", "=optee", "  =optee", "h=", "h= ", "h=,", "h= , ,"})
    void badBackendsOfHeaps(String line) {
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> read("heap_backends", new String[] {"good=a", line})))
                .hasMessageContaining("heap.backends").hasMessageContaining("\"" + line + "\"");
    }

    @Test
    void aHeapIsNamedOnce() {
        refused(HeapError.INVALID_ARGUMENT, () -> read("heap_backends", new String[] {"h=a", "h=b"}));
        refused(HeapError.INVALID_ARGUMENT,
                () -> read("heap_backends", new String[] {"protected,h=a", "restricted,h=b"}));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "268435456, 268435456", "0x1000, 4096", "0X1f, 31", "010, 10", "9223372036854775807, "
            + "9223372036854775807"})
    void quotas(String text, long bytes) {
        assertThat(read("quota_bundles", new String[] {"org.acme = " + text}).bundleQuotas())
                .isEqualTo(Map.of("org.acme", bytes));
        assertThat(read("quota_use$_$cases", new String[] {"secure-video=" + text}).useCaseQuotas())
                .isEqualTo(Map.of("secure-video", bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "p", "p=", "=1", " =1", "p=-1", "p=+1", "p=1k", "p=1.5", "p=0x", "p=0x-1", "p=#10",
        "p=9223372036854775808", "p=0x8000000000000000", "p=1 2"})
    void badQuotas(String line) {
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> read("quota_bundles", new String[] {line})))
                .hasMessageContaining("quota.bundles");
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> read("quota_use$_$cases", new String[] {line})))
                .hasMessageContaining("quota.use-cases");
    }

    @Test
    void aQuotaIsGivenOnce() {
        refused(HeapError.INVALID_ARGUMENT, () -> read("quota_bundles", new String[] {"p=1", " p =1"}));
    }

    @Test
    void times() {
        assertThat(read("drain_deadline_ms", 0L).drainDeadline()).contains(Duration.ZERO);
        assertThat(read("drain_deadline_ms", -1L).drainDeadline()).isEmpty();
        assertThat(read("drain_deadline_ms", Long.MAX_VALUE).drainDeadline())
                .contains(Duration.ofMillis(Long.MAX_VALUE));
        assertThat(read("call_limit_ms", 100L).callLimit()).isEqualTo(Duration.ofMillis(100));
        assertThat(read("invalidate_limit_ms", 1L).invalidateLimit()).isEqualTo(Duration.ofMillis(1));
    }

    @ParameterizedTest
    @CsvSource({"drain_deadline_ms, -2", "drain_deadline_ms, -9223372036854775808", "call_limit_ms, 99",
        "call_limit_ms, 0", "call_limit_ms, -1", "invalidate_limit_ms, 0", "invalidate_limit_ms, -5"})
    void badTimes(String name, long value) {
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> read(name, value)))
                .hasMessageContaining(name.replace('_', '.')).hasMessageContaining(Long.toString(value));
    }

    @Test
    void limitsThatAreForEverDoNotOverflow() {
        CoreSettings s = read("call_limit_ms", Long.MAX_VALUE);
        try (var world = new World(s)) {
            world.add(FakeBackend.video("a"));
            world.core.configure(read("drain_deadline_ms", Long.MAX_VALUE));
            world.video().allocate(1).close();
            world.pass(Duration.ofSeconds(1));
        }
    }

    @Test
    void policiesOfHeaps() {
        String[] lines = {"restricted,secure-video=move:2000", "a = drain", "b=move", "c=revoke:0"};
        assertThat(read("drain_policies", lines).policies()).isEqualTo(Map.of(
                "protected,secure-video", new DrainPolicy(true, Optional.of(Duration.ofSeconds(2))),
                "a", new DrainPolicy(false, Optional.empty()), "b", new DrainPolicy(true, Optional.empty()),
                "c", new DrainPolicy(false, Optional.of(Duration.ZERO))));
        CoreSettings settings = read("drain_policies", lines);
        assertThat(settings.policy("elsewhere")).isEqualTo(new DrainPolicy(false, settings.drainDeadline()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=revoke", "a=drain:5", "a=move:", "a=move:-1", "a=move:1s", "a=MOVE", "a=", "drain",
        "a=revoke:9999999999999999999"})
    void policiesThatAreNone(String line) {
        World.refused(HeapError.INVALID_ARGUMENT, () -> read("drain_policies", new String[] {line}));
    }

    @Test
    void twoPoliciesForOneHeap() {
        World.refused(HeapError.INVALID_ARGUMENT, () -> read("drain_policies",
                new String[] {"protected,a=move", "restricted,a=drain"}));
    }
}
