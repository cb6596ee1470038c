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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;

/** Each wrong backend is caught by the checks that are meant for it, and by no other. */
class WrongBackendsTest {
    private static final String SAMPLE = "org.cloister.tck.sample";

    static Stream<String> flaws() {
        return Flaw.all().stream().map(Flaw::name);
    }

    private static List<ServiceReference<?>> services() {
        ServiceReference<?>[] all = Framework.bundle(SAMPLE).getRegisteredServices();
        return all == null ? List.of() : Stream.of(all).filter(one -> List.of((String[]) one.getProperty("objectClass"))
                .contains(HeapBackend.class.getName())).toList();
    }

    /** Configures the sample, and waits until another service of it is there. */
    private static Configuration configure(String flaw) throws IOException {
        List<ServiceReference<?>> before = services();
        Configuration configuration = Framework.configure(SAMPLE, Map.of("flaw", flaw));
        Framework.eventually("the sample starts anew", () -> !services().isEmpty() && !services().equals(before));
        return configuration;
    }

    @AfterEach
    void rightAgain() throws IOException {
        configure("");
    }

    @ParameterizedTest
    @MethodSource("flaws")
    void isCaughtByName(String flaw) throws IOException {
        configure(flaw);
        ContractReport report = Framework.test(SAMPLE);
        assertThat(new TreeSet<>(report.failures().stream().map(CheckResult::check).toList()))
                .as("%s: %s", flaw, Framework.failures(report))
                .isEqualTo(new TreeSet<>(Flaw.named(flaw).caughtBy()));
    }
}
