// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.platform.conduit.SmcConduit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoardStageTest extends FrameworkCase {
    private static final String BOARD = "org.cloister.emulator.soc.Board";
    private static final String SOC = "org.cloister.emulator.soc.Soc";

    private final List<Object> switchedOn = new ArrayList<>();
    private FakeConfigurations configurations;
    private BoardStage stage;

    @TempDir
    Path directory;

    @BeforeEach
    void makeStage() {
        configurations = new FakeConfigurations(properties -> {
            switchedOn.add(Optional.<Object>ofNullable(properties.get("board")).orElseGet(() -> properties.get("trace")));
            if ("jacinto".equals(properties.get("board"))) {
                register(SOC, this, Map.of("board", "jacinto", "board.complete", true));
            }
        });
        stage = new BoardStage(context(), configurations, Duration.ofMillis(1));
    }

    private void provideBoards() {
        register(BOARD, this, Map.of("board.name", "lab"));
        register(BOARD, this, Map.of("board.name", "jacinto"));
    }

    @Test
    void boardIsConfiguredAndSeen() {
        provideBoards();

        stage.switchOn("jacinto");

        assertThat(switchedOn).containsExactly("jacinto");
        assertThat(configurations.asked).containsExactly("org.cloister.emulator.board ?");
    }

    @Test
    void theMachineAtHandIsUsed() {
        register("org.cloister.descriptor.Descriptors", this, Map.of());

        stage.useMachine();

        assertThat(switchedOn).as("configured once").hasSize(1);
    }

    /** A second configuration would take the first one's heaps away for a moment. */
    @Test
    void aConfigurationOfTheMachineStays() {
        register("org.cloister.descriptor.Descriptors", this, Map.of());
        configurations.present.add("org.cloister.backend.linux");

        stage.useMachine();

        assertThat(switchedOn).isEmpty();
    }

    @Test
    void boardThatDoesNotComeUp() {
        provideBoards();

        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> stage.switchOn("lab"))
                .withMessage("the board lab did not come up within 0 seconds;"
                        + " run again with CLOISTER_LOG_LEVEL=INFO to see why")
                .matches(failure -> failure.status() == 1);
    }

    @Test
    void boardThatIsNotKnown() {
        provideBoards();

        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> stage.switchOn("moon"))
                .withMessage("there is no board 'moon'; choose jacinto or lab")
                .matches(failure -> failure.status() == 2);
        assertThat(switchedOn).isEmpty();
    }

    @Test
    void noBoardAtAll() {
        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> stage.switchOn("jacinto"))
                .withMessage("there is no board 'jacinto'; install a bundle that has boards");
    }

    @Test
    void firmwareIsToldToRecordBeforeTheBoardIsOn() {
        provideBoards();
        register(SmcConduit.class.getName(), this, Map.of());
        Path trace = directory.resolve("x.trace");

        stage.switchOn("jacinto", trace);

        assertThat(switchedOn).containsExactly(trace.toString(), "jacinto");
        assertThat(configurations.asked).containsExactly(
                "org.cloister.emulator.optee ?", "org.cloister.emulator.board ?");
    }

    @Test
    void boardWithoutFirmwareHasNothingToRecord() {
        provideBoards();

        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> stage.switchOn("jacinto", directory.resolve("x.trace")))
                .withMessage("the board jacinto has no firmware that is called, so that there is nothing to record;"
                        + " leave --trace out, or choose a board such as virt-optee")
                .matches(failure -> failure.status() == 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nosuch/x.trace"})
    void traceThatCannotBeWritten(String name) {
        provideBoards();

        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> stage.switchOn("jacinto", directory.resolve(name)))
                .withMessageStartingWith("cannot write '" + directory)
                .withMessageEndingWith("; name another file with --trace")
                .matches(failure -> failure.status() == 2);
        assertThat(switchedOn).isEmpty();
    }

    @Test
    void configurationThatCannotBeStored() {
        provideBoards();
        configurations.broken = true;

        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> stage.switchOn("jacinto"))
                .withMessage("cannot switch the board jacinto on: No space left on device;"
                        + " make room for temporary files");
    }

    @Test
    void needs() {
        register("x.Y", this, Map.of("a", "b"));

        stage.await(List.of("(a=b)", "(objectClass=x.Y)"));

        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> stage.await(List.of("(a=b)", "(a=c)")))
                .withMessage("no service (a=c) appeared within 0 seconds; start the bundles that provide it");
    }

    @Test
    void interruption() {
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> stage.await(List.of("(a=c)")))
                .withMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }
}
