// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cloister.tck.CheckResult;
import org.cloister.tck.Verdict;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Turns what the engine tells into results. For one thread. */
final class Collector implements TestExecutionListener {
    private final String backend;
    private final List<CheckResult> results = new ArrayList<>();
    private final Set<TestIdentifier> refused = new HashSet<>();
    private final Map<TestIdentifier, Long> started = new HashMap<>();

    Collector(String backend) {
        this.backend = backend;
    }

    List<CheckResult> results() {
        return results;
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        started.put(test, System.nanoTime());
    }

    @Override
    public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
        if (entry.getKeyValuePairs().containsKey(CheckExtension.KEY)) {
            refused.add(test);
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Optional<Method> method = test.getSource().filter(MethodSource.class::isInstance).map(MethodSource.class::cast)
                .map(MethodSource::getJavaMethod);
        boolean failedAround = !test.isTest() && result.getStatus() == TestExecutionResult.Status.FAILED;
        if (test.isTest() || failedAround) {
            results.add(result(test, method, result));
        }
    }

    private CheckResult result(TestIdentifier test, Optional<Method> method, TestExecutionResult result) {
        Optional<Check> check = method.map(m -> m.getAnnotation(Check.class));
        Verdict verdict = switch (result.getStatus()) {
            case SUCCESSFUL -> refused.contains(test) ? Verdict.REFUSED : Verdict.PASSED;
            case ABORTED -> Verdict.SKIPPED;
            case FAILED -> Verdict.FAILED;
        };
        String detail = result.getThrowable().map(Collector::sentence).orElse("");
        return new CheckResult(
                method.map(m -> m.getDeclaringClass().getSimpleName() + "." + m.getName())
                        .orElse(test.getDisplayName()),
                method.map(m -> m.getDeclaringClass().getAnnotation(Category.class).value()).orElse("suite"),
                backend, test.getDisplayName().equals("-") || !test.isTest() ? "" : test.getDisplayName(),
                check.map(Check::clause).orElse("The check can be run."),
                check.map(Check::remedy).orElse("Look at what was thrown."), verdict, detail,
                verdict == Verdict.FAILED ? result.getThrowable() : Optional.empty(),
                Duration.ofNanos(System.nanoTime() - started.getOrDefault(test, System.nanoTime())));
    }

    private static String sentence(Throwable thrown) {
        String message = thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
        boolean own = thrown instanceof AssertionError || thrown.getClass().getName().startsWith("org.opentest4j.");
        return own ? message : thrown.getClass().getSimpleName() + ": " + message;
    }
}
