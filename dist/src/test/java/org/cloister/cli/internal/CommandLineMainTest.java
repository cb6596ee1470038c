// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

class CommandLineMainTest extends FrameworkCase {
    @Command(name = "say")
    static final class Say implements Callable<Integer> {
        @Spec
        private CommandSpec spec;
        @Parameters
        private String word;

        @Override
        public Integer call() {
            spec.commandLine().getOut().println(word);
            return 0;
        }
    }

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private CommandLineMain main;

    @BeforeEach
    void makeMain() {
        ServiceCommands commands = new ServiceCommands(context(), new FakeComponents(), Duration.ofMillis(1));
        register(Callable.class.getName(), new Say(), Map.of(ServiceCommands.NAME, "say"));
        main = new CommandLineMain(context(), commands, new Shell());
    }

    private void arguments(String... arguments) {
        context().registerService(Object.class, this, new Hashtable<>(Map.of("launcher.arguments", arguments)));
    }

    private static OutputStream failing(String reason) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(reason);
            }
        };
    }

    @Test
    void argumentsComeFromTheLauncherAndTextIsUtf8() {
        arguments("say", "\u00e4");

        assertThat(main.call(out, err)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("\u00e4\n");
        assertThat(err.size()).isZero();
    }

    @Test
    void noLauncher() {
        assertThat(main.call(out, err)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("cloister: no command is given");
    }

    @Test
    void versionNamesAllThatMatters() {
        arguments("--version");

        assertThat(main.call(out, err)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .matches("Cloister [^ ]+, OSGi framework [^ ]+, Java [^ ]+\n");
    }

    @Test
    void outputThatCannotBeWritten() {
        arguments("say", "x");

        assertThat(main.call(failing("No space left on device"), err)).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("cloister: cannot write to standard output:"
                + " No space left on device; make room, or send it elsewhere\n");
    }

    @Test
    void readerThatLeftIsNotComplainedAbout() {
        arguments("say", "x");

        assertThat(main.call(failing("Broken pipe"), err)).isEqualTo(1);
        assertThat(err.size()).isZero();
    }
}
