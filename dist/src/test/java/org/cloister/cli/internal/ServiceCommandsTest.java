// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.PrototypeServiceFactory;
import org.osgi.framework.ServiceRegistration;

class ServiceCommandsTest extends FrameworkCase {
    private static final Duration ENOUGH = Duration.ofSeconds(60);

    /** A command that knows how often it was given back. */
    private static final class Counted implements Callable<Integer> {
        @Override
        public Integer call() {
            return 0;
        }
    }

    private final List<Callable<Integer>> released = new ArrayList<>();
    private final FakeComponents components = new FakeComponents();
    private ServiceCommands commands;

    @BeforeEach
    void makeCommands() {
        commands = new ServiceCommands(context(), components, Duration.ofMillis(1));
    }

    private void provide(Map<String, ?> properties) {
        context().registerService(Callable.class.getName(), new PrototypeServiceFactory<Callable<Integer>>() {
            @Override
            public Callable<Integer> getService(
                    Bundle bundle, ServiceRegistration<Callable<Integer>> registration) {
                return new Counted();
            }

            @Override
            public void ungetService(Bundle bundle, ServiceRegistration<Callable<Integer>> registration,
                    Callable<Integer> command) {
                released.add(command);
            }
        }, new Hashtable<>(properties));
    }

    @Test
    void namesAreThoseOfServicesAndOfComponents() {
        provide(Map.of(ServiceCommands.NAME, "b"));
        provide(Map.of("main.thread", "true"));
        components.addUnsatisfied("a", "x.Y", null);

        assertThat(commands.names()).containsExactly("a", "b");
    }

    @Test
    void eachCommandIsFreshAndGivenBack() {
        provide(Map.of(ServiceCommands.NAME, "b"));

        try (Contribution first = commands.create("b"); Contribution second = commands.create("b")) {
            assertThat(first.command()).isInstanceOf(Counted.class).isNotSameAs(second.command());
            assertThat(first.board()).isEmpty();
            assertThat(first.needs()).isEmpty();
            assertThat(released).isEmpty();
        }
        assertThat(released).hasSize(2);
    }

    @Test
    void propertiesSayWhatACommandWants() {
        provide(Map.of(ServiceCommands.NAME, "one", ServiceCommands.BOARD, "lab", ServiceCommands.NEEDS, "(a=b)"));
        provide(Map.of(ServiceCommands.NAME, "two", ServiceCommands.NEEDS, new String[] {"(a=b)", "(c=d)"}));

        try (Contribution one = commands.create("one"); Contribution two = commands.create("two")) {
            assertThat(one.board()).contains("lab");
            assertThat(one.needs()).containsExactly("(a=b)");
            assertThat(two.needs()).containsExactly("(a=b)", "(c=d)");
        }
    }

    @Test
    void commandThatComesALittleLater() {
        components.addUnsatisfied("late", "x.Y", null);
        ServiceCommands patient = new ServiceCommands(context(), components, ENOUGH);
        CompletableFuture<Contribution> waiting = CompletableFuture.supplyAsync(() -> patient.create("late"));

        provide(Map.of(ServiceCommands.NAME, "late"));

        assertThat(waiting).succeedsWithin(ENOUGH).extracting(Contribution::command).isInstanceOf(Counted.class);
    }

    @Test
    void commandWhoseComponentLacksSomething() {
        components.addUnsatisfied("a", "x.Y", "(z=1)");
        components.addUnsatisfied("b", "x.Z", null);

        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> commands.create("a"))
                .withMessage("the command 'a' is not ready: it waits for x.Y (z=1); start the bundles that provide it");
        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> commands.create("b"))
                .withMessageContaining("it waits for x.Z;");
    }

    @Test
    void commandThatCannotBeMade() {
        register(Callable.class.getName(), null, Map.of(ServiceCommands.NAME, "broken"));

        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> commands.create("broken"))
                .withMessageContaining("its component does not start");
    }
}
