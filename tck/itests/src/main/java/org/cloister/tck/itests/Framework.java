// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.cloister.tck.CheckResult;
import org.cloister.tck.ContractReport;
import org.cloister.tck.ContractSuite;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** What tests need of the framework they run in. */
final class Framework {
    private static final long DEADLINE = TimeUnit.SECONDS.toNanos(60);

    private Framework() {}

    static BundleContext context() {
        return FrameworkUtil.getBundle(Framework.class).getBundleContext();
    }

    static Bundle bundle(String name) {
        return Arrays.stream(context().getBundles()).filter(b -> name.equals(b.getSymbolicName())).findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + name));
    }

    static <T> T service(Class<T> type) {
        return await(() -> {
            var reference = context().getServiceReference(type);
            return reference == null ? null : context().getService(reference);
        });
    }

    static Configuration configure(String pid, Map<String, ?> values) throws IOException {
        Configuration configuration = service(ConfigurationAdmin.class).getConfiguration(pid, "?");
        configuration.update(new Hashtable<>(values));
        return configuration;
    }

    static ContractReport test(String bundle) {
        return service(ContractSuite.class).test(bundle(bundle));
    }

    /** One line for each failure, for messages. */
    static String failures(ContractReport report) {
        StringBuilder text = new StringBuilder();
        for (CheckResult failure : report.failures()) {
            text.append('\n').append(failure.check()).append(" [").append(failure.backend()).append(' ')
                    .append(failure.heap()).append("] ").append(failure.detail());
        }
        return text.toString();
    }

    private static <T> T await(Supplier<T> source) {
        long end = System.nanoTime() + DEADLINE;
        while (true) {
            T found = source.get();
            if (found != null) {
                return found;
            }
            assertThat(System.nanoTime()).as("nothing came within 60 s").isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    static void eventually(String what, BooleanSupplier condition) {
        await(() -> condition.getAsBoolean() ? what : null);
    }
}
