// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tck.CheckResult;
import org.cloister.tck.ContractReport;
import org.cloister.tck.ContractSuite;
import org.cloister.tck.checks.internal.Checks;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.store.Namespace;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The suite. It first takes core's place and calls each backend itself, then starts core again and uses the heaps as
 * bundles do.
 */
@Component
public final class Suite implements ContractSuite {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
    /** How long offers have to stay as they are before they are taken for all that there is. */
    private static final long CALM = TimeUnit.MILLISECONDS.toNanos(100);
    private static final String CHECK_LIMIT = "30s";

    private final Laboratory laboratory;
    private final ReentrantLock oneAtATime = new ReentrantLock();

    /** Called by Declarative Services. */
    @Activate
    public Suite(BundleContext context, @Reference ConfigurationAdmin configurations) {
        laboratory = new Laboratory(context, configurations);
    }

    @Override
    public ContractReport test(Bundle bundle) {
        oneAtATime.lock();
        try {
            List<String> lines = new ArrayList<>();
            List<CheckResult> results = new ArrayList<>();
            Bundle core = laboratory.core();
            List<Subject> subjects = inPlaceOfCore(core, bundle, lines, results);
            for (Subject subject : subjects) {
                results.addAll(throughCore(core, subject, "drain", Checks.ON_HEAPS));
                results.addAll(throughCore(core, subject, "revoke:1", Checks.ON_REVOCATION));
            }
            return new ContractReport(bundle.getSymbolicName() + " " + bundle.getVersion(), environment(), lines,
                    results);
        } finally {
            oneAtATime.unlock();
        }
    }

    private List<Subject> inPlaceOfCore(Bundle core, Bundle bundle, List<String> lines, List<CheckResult> results) {
        List<Subject> subjects = List.of();
        Laboratory.stop(core);
        try {
            subjects = subjects(bundle);
            for (Subject subject : subjects) {
                lines.addAll(lines(subject));
                results.addAll(run(subject, Checks.ON_BACKENDS));
            }
            return subjects;
        } finally {
            subjects.forEach(this::letGo);
            Laboratory.start(core);
        }
    }

    /** Core is told that nobody else may serve the heaps. A configuration is sure to be in force from a start on. */
    private List<CheckResult> throughCore(Bundle core, Subject subject, String policy, List<Class<?>> checks) {
        List<String> heaps = subject.served().stream().map(PoolOffer::heap).toList();
        Laboratory.stop(core);
        var change = laboratory.changeCore(Map.of(
                "heap.backends", heaps.stream().map(heap -> heap + "=" + subject.id()).toArray(String[]::new),
                "drain.policies", heaps.stream().map(heap -> heap + "=" + policy).toArray(String[]::new)));
        Laboratory.start(core);
        try {
            return run(subject, checks);
        } finally {
            Laboratory.stop(core);
            change.close();
            Laboratory.start(core);
        }
    }

    private String environment() {
        Bundle framework = laboratory.context().getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
        return "%s %s, Java %s".formatted(framework.getSymbolicName(), framework.getVersion(), Runtime.version());
    }

    /** The backends of a bundle, connected and with all that they offer. */
    private List<Subject> subjects(Bundle bundle) {
        List<Subject> found = new ArrayList<>();
        long end = System.nanoTime() + PATIENCE;
        while (System.nanoTime() - end < 0) {
            for (ServiceReference<HeapBackend> reference : laboratory.backends(bundle)) {
                if (found.stream().noneMatch(one -> one.reference().equals(reference))) {
                    connect(bundle, reference).ifPresent(found::add);
                }
            }
            if (!found.isEmpty() && found.stream().anyMatch(one -> offers(one).anyMatch(Suite::isServed))) {
                break;
            }
            LockSupport.parkNanos(CALM / 10);
        }
        if (found.isEmpty()) {
            throw nothing(bundle, "it registers no service " + HeapBackend.class.getName(),
                    "annotate a component that implements it with @Component, and see that what it needs is configured");
        }
        List<Subject> complete = found.stream().map(Suite::withCalmOffers).toList();
        if (complete.stream().allMatch(one -> one.served().isEmpty())) {
            complete.forEach(this::letGo);
            throw nothing(bundle, "it serves no heap: " + reasons(complete),
                    "configure what it needs with --config, such as the board that it runs on");
        }
        return complete;
    }

    private static String reasons(List<Subject> subjects) {
        List<String> reasons = subjects.stream().flatMap(one -> one.offers().stream())
                .map(offer -> offer.heap() + ": " + offer.refusal().map(PoolOffer.Refusal::why).orElse("")).toList();
        return reasons.isEmpty() ? "it offers none" : String.join("; ", reasons);
    }

    private static HeapException nothing(Bundle bundle, String why, String remedy) {
        return new HeapException(HeapError.UNAVAILABLE, "test the backends of a bundle", bundle.getSymbolicName(), why,
                remedy);
    }

    private Optional<Subject> connect(Bundle bundle, ServiceReference<HeapBackend> reference) {
        HeapBackend backend = laboratory.context().getService(reference);
        if (backend == null) {
            return Optional.empty();
        }
        TestHost host = new TestHost();
        backend.connected(host);
        String id = String.valueOf(backend.id());
        Map<String, Object> declared = Laboratory.declared(bundle).stream()
                .filter(attributes -> id.equals(attributes.get(HeapBackend.NAMESPACE))).findFirst().orElse(Map.of());
        return Optional.of(new Subject(laboratory, bundle, id, declared, reference, backend, host, List.of()));
    }

    private static Stream<PoolOffer> offers(Subject subject) {
        List<PoolOffer> offers = subject.backend().offers();
        return offers == null ? Stream.empty() : offers.stream().filter(Objects::nonNull);
    }

    private static boolean isServed(PoolOffer offer) {
        return offer.refusal().isEmpty();
    }

    private static Subject withCalmOffers(Subject subject) {
        long end = System.nanoTime() + PATIENCE;
        List<PoolOffer> last = offers(subject).toList();
        long since = System.nanoTime();
        while (System.nanoTime() - since < CALM && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(CALM / 10);
            List<PoolOffer> now = offers(subject).toList();
            if (!now.equals(last)) {
                last = now;
                since = System.nanoTime();
            }
        }
        return new Subject(subject.laboratory(), subject.bundle(), subject.id(), subject.declared(),
                subject.reference(), subject.backend(), subject.host(), last);
    }

    private void letGo(Subject subject) {
        try {
            subject.backend().disconnected();
        } catch (RuntimeException e) {
            // There is a check that tells of it.
        }
        laboratory.context().ungetService(subject.reference());
    }

    private static List<String> lines(Subject subject) {
        List<String> lines = new ArrayList<>();
        for (PoolOffer offer : subject.offers()) {
            lines.add("%s by %s: %s".formatted(offer.heap(), subject.id(), offer.refusal()
                    .map(refusal -> "not served: " + refusal.why())
                    .orElseGet(() -> describe(subject, offer))));
        }
        return lines;
    }

    private static String describe(Subject subject, PoolOffer offer) {
        try (PoolBench bench = new PoolBench(subject, offer)) {
            HeapAttributes attributes = bench.attributes();
            return "use case %s, kept by %s, CPU %s, units of %d bytes, %s".formatted(offer.useCase(),
                    attributes.enforcement(), attributes.cpuAccess(), attributes.granularity(),
                    bench.usage().capacity().isPresent() ? bench.usage().capacity().getAsLong() / 1024 + " KiB"
                            : "capacity unknown");
        } catch (RuntimeException e) {
            return "cannot be opened: " + e.getMessage();
        }
    }

    private static List<CheckResult> run(Subject subject, List<Class<?>> checks) {
        Collector collector = new Collector(subject.id());
        LauncherConfig config = LauncherConfig.builder().enableTestEngineAutoRegistration(false)
                .enableTestExecutionListenerAutoRegistration(false).enablePostDiscoveryFilterAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .addTestEngines(new JupiterTestEngine()).build();
        try (LauncherSession session = LauncherFactory.openSession(config)) {
            session.getStore().put(Namespace.create(CheckExtension.KEY), CheckExtension.KEY, subject);
            session.getLauncher().execute(LauncherDiscoveryRequestBuilder.request()
                    .selectors(checks.stream().map(DiscoverySelectors::selectClass).toList())
                    .configurationParameter("junit.jupiter.execution.timeout.testtemplate.method.default", CHECK_LIMIT)
                    .configurationParameter("junit.jupiter.execution.timeout.thread.mode.default", "SEPARATE_THREAD")
                    .enableImplicitConfigurationParameters(false)
                    .build(), collector);
        }
        return collector.results();
    }
}
