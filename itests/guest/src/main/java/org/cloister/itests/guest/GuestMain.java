// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.osgi.service.component.annotations.Component;

/** Runs all tests, one after another, and tells their number the way that Maven does. */
@Component(service = Callable.class, property = "main.thread=true")
public final class GuestMain implements Callable<Integer> {
    private static final List<Class<?>> TESTS = List.of(SelftestTest.class, ObservedTest.class, HeapTest.class,
            MappingTest.class, DescriptorTest.class, LeakTest.class, FuzzTest.class, TrustedOsTest.class,
            CommandTest.class, CostTest.class);

    /** What the guest's console shows; never closed. */
    static final PrintStream OUT =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

    @Override
    public Integer call() {
        String[] parts = System.getProperty("guest.tests", "").split(",", -1);
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(TESTS.stream()
                        .filter(test -> Stream.of(parts).anyMatch(test.getSimpleName()::contains))
                        .map(DiscoverySelectors::selectClass).toList()).build();
        var summary = new SummaryGeneratingListener();
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(getClass().getClassLoader());
        try {
            LauncherFactory.create(LauncherConfig.builder().enableTestEngineAutoRegistration(false)
                    .enableTestExecutionListenerAutoRegistration(false)
                    .addTestEngines(new JupiterTestEngine()).build()).execute(request, summary, new Lines());
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
        TestExecutionSummary told = summary.getSummary();
        told.getFailures().forEach(failure -> failure.getException().printStackTrace(OUT));
        OUT.printf("In the guest: Tests run: %d, Failures: %d, Errors: %d, Skipped: %d%n", told.getTestsFoundCount(),
                told.getFailures().stream().filter(f -> f.getException() instanceof AssertionError).count(),
                told.getFailures().stream().filter(f -> !(f.getException() instanceof AssertionError)).count(),
                told.getTestsSkippedCount() + told.getTestsAbortedCount());
        boolean all = told.getTestsSucceededCount() == told.getTestsFoundCount() && told.getTestsFoundCount() > 0
                && told.getFailures().isEmpty();
        return all ? 0 : 1;
    }

    /** A line for each test, with the seconds since the machine was switched on. */
    private final class Lines implements TestExecutionListener {
        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (test.isTest() || result.getThrowable().isPresent()) {
                OUT.printf("guest: %s %s %s%n", uptime(), test.getUniqueId().replaceAll(".*guest\\.|\\[|\\]", " ").strip(),
                        result.getStatus());
                result.getThrowable().ifPresent(why -> OUT.println("guest: " + why));
            }
        }

        private static String uptime() {
            return Stream.of(Files.text("/proc/uptime").split(" ")).findFirst().orElse("?");
        }
    }
}
