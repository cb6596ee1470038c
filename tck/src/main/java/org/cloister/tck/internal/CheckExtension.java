// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs each {@link Check} on the bench that its parameter asks for; finds the subject in the session's store. */
final class CheckExtension implements TestTemplateInvocationContextProvider {
    /** Where the subject is in the store of a session, and by which key a check reports a refusal. */
    static final String KEY = "org.cloister.tck";

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public boolean mayReturnZeroTestTemplateInvocationContexts(ExtensionContext context) {
        return true; // checks of heaps, when none is served
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        Subject subject = context.getStore(StoreScope.LAUNCHER_SESSION, ExtensionContext.Namespace.create(KEY))
                .get(KEY, Subject.class);
        Class<?> bench = context.getRequiredTestMethod().getParameterTypes()[0];
        if (bench == BackendBench.class) {
            return Stream.of(invocation("", () -> new BackendBench(subject)));
        }
        return subject.served().stream().map(offer -> invocation(offer.heap(), bench == PoolBench.class
                ? () -> new PoolBench(subject, offer) : () -> new HeapBench(subject, offer)));
    }

    private static TestTemplateInvocationContext invocation(String heap, Supplier<Bench> bench) {
        return new TestTemplateInvocationContext() {
            @Override
            public String getDisplayName(int invocationIndex) {
                return heap.isEmpty() ? "-" : heap;
            }

            @Override
            public List<Extension> getAdditionalExtensions() {
                return List.of(new OneBench(bench));
            }
        };
    }

    /** Hands the bench to the check, and tidies up after it. */
    private static final class OneBench implements ParameterResolver, AfterEachCallback {
        private final Supplier<Bench> source;
        private Bench bench; // null until asked for; one thread after the other

        OneBench(Supplier<Bench> source) {
            this.source = source;
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return Bench.class.isAssignableFrom(parameter.getParameter().getType());
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            bench = source.get();
            return bench;
        }

        @Override
        public void afterEach(ExtensionContext context) {
            if (bench != null) {
                if (bench.refused()) {
                    context.publishReportEntry(Map.of(KEY, "refused"));
                }
                bench.close();
            }
        }
    }
}
