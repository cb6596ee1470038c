// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.assertj.core.api.AbstractStringAssert;
import org.cloister.admin.HeapAdmin;
import org.cloister.console.web.WebPage;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Heaps;
import org.cloister.platform.BusFault;
import org.cloister.platform.inspect.BoardView;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The commands of the shell, and the web page, on a board that has everything. */
class ConsoleTest {
    private static final String VIDEO = "protected,secure-video";
    private static final String TOKEN = "a token of sixteen characters";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Heaps heaps = Framework.service(FrameworkUtil.getBundle(getClass()), Heaps.class);
    private CommandSession session;

    @BeforeEach
    void switchOn() throws Exception {
        Boards.on("lab");
        Framework.eventually("optee and the carve-out can serve " + VIDEO, () -> heaps.explain(VIDEO).available()
                && Stream.of("optee", "carveout").allMatch(id -> heaps.explain(VIDEO).reasons().stream()
                        .anyMatch(reason -> reason.backend().equals(id))));
        session = Framework.service(CommandProcessor.class, null).createSession(
                new ByteArrayInputStream(new byte[0]), new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        Framework.eventually("the commands are there", () -> Framework.context().getServiceReference(
                "org.cloister.console.gogo.internal.HeapCommands") != null);
    }

    @AfterEach
    void switchOff() throws Exception {
        session.close();
        Framework.service(HeapAdmin.class, null).restore(VIDEO);
        Boards.off();
    }

    private String run(String line) throws Exception {
        out.reset();
        err.reset();
        session.execute(line);
        return out.toString(StandardCharsets.UTF_8);
    }

    private AbstractStringAssert<?> refused(String line) throws Exception {
        assertThat(run(line)).isEmpty();
        return assertThat(err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void heapsAreListedInColumnsAndAsJson() throws Exception {
        String[] lines = run("heap:list").split("\\R");
        assertThat(lines[0]).startsWith("HEAP").contains("STATE", "BACKEND", "CAPACITY");
        assertThat(lines).anySatisfy(line -> assertThat(line).startsWith(VIDEO).contains("available"));
        int state = lines[0].indexOf("STATE");
        assertThat(lines).allSatisfy(line -> assertThat(line.charAt(state - 1)).as(line).isEqualTo(' '));
        assertThat(run("heap:list --json").lines()).isNotEmpty()
                .allMatch(line -> line.startsWith("{") && line.endsWith("}"));
        assertThat(run("heap:list -v")).contains(VIDEO + " is available");
        assertThat(run("heap:show restricted,secure-video")).contains("name        " + VIDEO, "granted     ");
        assertThat(run("heap:explain " + VIDEO + " --json")).contains("\"kind\":\"served\"");
        assertThat(run("tee:list")).contains("optee");
    }

    @Test
    void theShellHoldsWhatItAllocatesAndFreesIt() throws Exception {
        String said = run("heap:alloc " + VIDEO + " 64K --name mine");
        assertThat(said).startsWith("buffer ").contains("64 KiB of " + VIDEO);
        String id = said.split("[ :]")[1];
        assertThat(run("heap:buffers -v --owner org.cloister.console.gogo")).contains(id, "64 KiB", "0x");
        assertThat(run("heap:buffers --json")).contains("\"name\":\"mine\"", "\"owner\":\"org.cloister.console.gogo\"");
        refused("heap:free 999999999").contains("this shell does not hold it; it holds [" + id + "]");
        refused("heap:free").contains("see heap:free -h");
        assertThat(run("heap:free " + id)).contains("buffer " + id + " is free");
        refused("heap:buffers --owner org.cloister.console.gogo").contains("nobody holds a buffer");
    }

    @Test
    void backendsAreSwappedDrainedAndRestored() throws Exception {
        String before = heaps.find(VIDEO).orElseThrow().backend();
        String other = before.equals("optee") ? "carveout" : "optee";
        assertThat(run("heap:swap " + VIDEO + " " + other)).contains("is served by " + other);
        assertThat(run("heap:explain " + VIDEO)).contains("an administrator chose backend " + other);
        assertThat(run("heap:drain " + VIDEO)).contains("is served by nobody");
        refused("heap:alloc " + VIDEO + " 4K").contains("an administrator has the heap drained");
        refused("heap:swap " + VIDEO + " nobody").contains("is not there");
        refused("heap:swap nothing optee").contains("nobody ever offered it");
        assertThat(run("heap:restore " + VIDEO)).contains("is served by " + before);
    }

    @Test
    void wrongUseIsAnsweredWithWhatToDo() throws Exception {
        refused("heap:alloc " + VIDEO).contains("see heap:alloc -h");
        refused("heap:alloc " + VIDEO + " much").contains("is not a number of bytes");
        refused("heap:list --jsn").contains("--jsn").contains("see heap:list -h");
        refused("heap:show protected,secure-vide").contains("see heap:list");
        assertThat(run("heap:trace -h")).contains("Usage: heap:trace", "--for");
    }

    @Test
    void regionsAndFaultsAreThoseOfTheBoard() throws Exception {
        Soc soc = Framework.service(Soc.class, null);
        long address = soc.firewall().regions().stream().filter(one -> one.region().name().startsWith("secure-video"))
                .findFirst().orElseThrow().region().base();
        try {
            soc.memory("eth-dma").readInt(address);
        } catch (BusFault expected) {
            assertThat(run("heap:faults -n 1")).contains("eth-dma", "0x" + Long.toHexString(address));
        }
        assertThat(Framework.service(BoardView.class, null).faults()).isPositive();
        assertThat(run("heap:regions")).contains("secure-video@", "display:r", "board lab");
        assertThat(run("heap:regions --json")).contains("\"eth-dma\":\"none\"");
    }

    @Test
    void whatHappensIsTraced() throws Exception {
        var seen = new AtomicBoolean();
        Thread other = Thread.ofVirtual().start(() -> Framework.eventually("the trace has seen enough", () -> {
            heaps.find(VIDEO).orElseThrow().allocate(4096).close();
            return seen.get();
        }));
        try {
            assertThat(run("heap:trace " + VIDEO + " -n 2 --for 60").lines()).hasSize(2)
                    .allMatch(line -> line.contains(VIDEO));
        } finally {
            seen.set(true);
            other.join(Framework.PATIENCE);
        }
        assertThat(run("heap:trace nothing --for 0")).isEmpty();
    }

    @Test
    void thePageIsServedWhileItIsConfigured() throws Exception {
        Configuration page = Framework.service(ConfigurationAdmin.class, null)
                .getConfiguration("org.cloister.console.web", "?");
        page.update(Framework.properties(Map.of("port", 0, "token", TOKEN)));
        try {
            WebPage served = Framework.service(WebPage.class, null);
            assertThat(served.isControlled()).isTrue();
            assertThat(served.address().getHost()).isEqualTo("127.0.0.1");
            assertThat(get(served, "")).contains("<title>Cloister</title>");
            assertThat(get(served, "api/state")).contains("\"board\":{\"name\":\"lab\"", VIDEO, "\"regions\":[");
        } finally {
            Framework.remove(page);
        }
        Framework.eventually("the page is gone", () -> Framework.context().getServiceReference(WebPage.class) == null);
    }

    private static String get(WebPage page, String path) throws IOException {
        var connection = (HttpURLConnection) page.address().resolve(path).toURL().openConnection();
        connection.setReadTimeout((int) Framework.PATIENCE.toMillis());
        try (InputStream in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
