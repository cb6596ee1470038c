// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.cloister.backend.HeapBackend;
import org.cloister.tck.CheckResult;
import org.cloister.tck.ContractReport;
import org.cloister.tck.sample.Flaw;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;

/** Each wrong backend is caught by the checks that are meant for it, and by no other. */
class WrongBackendsTest {
    private static final String SAMPLE = "org.cloister.tck.sample";

    static Stream<String> flaws() {
        return Flaw.all().stream().map(Flaw::name);
    }

    /** As they are now: between two looks the sample may go, and come back with another configuration. */
    private static Stream<ServiceReference<?>> services() {
        return Stream.ofNullable(Framework.bundle(SAMPLE).getRegisteredServices()).flatMap(Stream::of);
    }

    private static boolean isServing() {
        return services().anyMatch(one -> List.of((String[]) one.getProperty("objectClass"))
                .contains(HeapBackend.class.getName()));
    }

    /** Configures the sample on a fresh machine: what firmware refused to take back is lost to the former one. */
    private static void configure(String flaw) throws IOException, BundleException {
        Bundle machine = Framework.bundle("org.cloister.tck.machine");
        machine.stop();
        Framework.eventually("the sample has gone", () -> !isServing());
        Framework.configure(SAMPLE, Map.of("flaw", flaw));
        machine.start();
        Framework.eventually("the sample has the flaw", () -> isServing() && flaw.equals(flawOfTheSample()));
    }

    private static String flawOfTheSample() {
        return services().map(one -> one.getProperty("flaw"))
                .filter(String.class::isInstance).map(String.class::cast).findFirst().orElse("");
    }

    @AfterAll
    static void rightAgain() throws IOException, BundleException {
        configure("");
    }

    @ParameterizedTest
    @MethodSource("flaws")
    void isCaughtByName(String flaw) throws IOException, BundleException {
        configure(flaw);
        ContractReport report = Framework.test(SAMPLE);
        assertThat(new TreeSet<>(report.failures().stream().map(CheckResult::check).toList()))
                .as("%s: %s", flaw, Framework.failures(report))
                .isEqualTo(new TreeSet<>(Flaw.named(flaw).caughtBy()));
    }
}
