// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The command line on this machine, in processes of its own, as root and as somebody who may not. */
class CommandTest {
    /** A run is short, so that the better of the two compilers does not pay. */
    private static final String COMMAND = "exec /java/bin/java $(cat /java.options) -XX:TieredStopAtLevel=1"
            + " -jar /programs/launcher.jar /programs/commands ";

    private record Answer(int status, String text) {}

    private static Answer run(String user, String arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("/bin/su", user, "-s", "/bin/sh", "-c", COMMAND + arguments)
                .redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Answer(process.exitValue(), text);
    }

    @Test
    void heapsOfThisMachine() throws Exception {
        Answer answer = run("root", "heaps --real --json");
        assertThat(answer.text()).contains("\"name\":\"system\"", "\"restricted\":false", "\"backend\":\"linux\"",
                "\"state\":\"available\"", "\"capacity\":null").hasLineCount(1);
        assertThat(answer.status()).isZero();
    }

    @Test
    void aBufferOfThisMachine() throws Exception {
        Answer answer = run("root", "alloc system 5000 --hold --json");
        assertThat(answer.text()).matches("\\{\"heap\":\"system\",\"size\":\"0x2000\",\"restricted\":false,\"fd\":[0-9]+}\n");
        assertThat(answer.status()).isZero();
    }

    @Test
    void whoMayNotAllocateIsToldWhatToDo() throws Exception {
        Answer answer = run("somebody", "alloc system 1M");
        assertThat(answer.text()).contains("heap system is not available", "/dev/dma_heap/system",
                "permission is denied (EACCES)", "udev").hasLineCount(1);
        assertThat(answer.status()).isOne();
    }

    @Test
    void whoMayNotSeeHeapsIsToldWhatToDo() throws Exception {
        Answer answer = run("somebody", "heaps --real");
        assertThat(answer.text()).contains("there is no heap on this machine", "/dev/dma_heap/system",
                "permission is denied (EACCES)", "udev").hasLineCount(1);
        assertThat(answer.status()).isOne();
    }
}
