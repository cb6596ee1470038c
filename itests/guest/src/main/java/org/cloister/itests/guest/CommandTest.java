// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The command line on this machine, in processes of its own, as root and as somebody who may not. */
class CommandTest {
    private record Answer(int status, String text) {}

    private static Answer run(List<String> prefix, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of("/java/bin/java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED", "-Djava.util.logging.config.file=/logging.properties",
                "--sun-misc-unsafe-memory-access=allow", "-jar", "/programs/launcher.jar", "/programs/commands"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Answer(process.exitValue(), text);
    }

    @Test
    void heapsOfThisMachine() throws Exception {
        Answer answer = run(List.of(), "heaps", "--real", "--json");
        assertThat(answer.text()).contains("\"name\":\"system\"", "\"restricted\":false", "\"backend\":\"linux\"",
                "\"state\":\"available\"", "\"capacity\":null").hasLineCount(1);
        assertThat(answer.status()).isZero();
    }

    @Test
    void aBufferOfThisMachine() throws Exception {
        Answer answer = run(List.of(), "alloc", "system", "5000", "--hold", "--json");
        assertThat(answer.text()).matches("\\{\"heap\":\"system\",\"size\":\"0x2000\",\"restricted\":false,\"fd\":[0-9]+}\n");
        assertThat(answer.status()).isZero();
    }

    @Test
    void whoMayNotIsToldWhatToDo() throws Exception {
        Answer answer = run(List.of("/bin/busybox", "setuidgid", "1000:1000"), "heaps", "--real");
        assertThat(answer.text()).contains("there is no heap on this machine", "/dev/dma_heap/system",
                "permission is denied (EACCES)", "udev").hasLineCount(1);
        assertThat(answer.status()).isOne();
    }
}
