// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.browser;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The program as it is delivered, serving its page. */
final class Program implements AutoCloseable {
    private static final Path HOME = Path.of("../../dist/target/cloister").toAbsolutePath().normalize();

    private static final long PATIENCE_S = 60;

    private final Process process;
    private final URI address;
    private final String token;

    /** Starts it with these arguments for {@code serve}. */
    Program(String... arguments) throws IOException {
        if (!Files.exists(HOME.resolve("launcher.jar"))) {
            throw new IOException("the program is not built: no launcher.jar in " + HOME);
        }
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java",
                "--sun-misc-unsafe-memory-access=allow", "-jar", HOME.resolve("launcher.jar").toString(), HOME.toString(),
                "serve", "--port", "0", "--json"));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader output = process.inputReader();
        String said = output.readLine();
        if (said == null) {
            throw new IOException("the program ended before it said where the page is");
        }
        JsonObject where = Json.createReader(new StringReader(said)).readObject();
        address = URI.create(where.getString("address"));
        token = where.getString("token");
    }

    URI address() {
        return address;
    }

    String token() {
        return token;
    }

    /** How things stand, asked for without a browser. */
    JsonObject state() throws IOException {
        try (InputStream in = address.resolve("api/state").toURL().openStream()) {
            return Json.createReader(in).readObject();
        }
    }

    JsonObject heap(String name) throws IOException {
        return state().getJsonArray("heaps").getValuesAs(JsonObject.class).stream()
                .filter(heap -> heap.getString("name").equals(name)).findFirst().orElseThrow();
    }

    /** What is alive on the heap of Java after a full collection. */
    long liveBytes() throws IOException {
        Process histogram = new ProcessBuilder(System.getProperty("java.home") + "/bin/jcmd", Long.toString(process.pid()),
                "GC.class_histogram").redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedReader lines = histogram.inputReader()) {
            String[] total = lines.lines().filter(line -> line.startsWith("Total ")).findFirst()
                    .orElseThrow(() -> new IOException("jcmd told no total")).strip().split(" +");
            return Long.parseLong(total[2]);
        }
    }

    /** What the program takes of the machine's memory, in KiB. */
    long resident() throws IOException {
        return status("VmRSS:");
    }

    /** Threads of the operating system. */
    long threads() throws IOException {
        return status("Threads:");
    }

    private long status(String key) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith(key)).mapToLong(line -> Long.parseLong(line.split("\\s+")[1]))
                    .findFirst().orElseThrow();
        }
    }

    long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return files.count();
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(PATIENCE_S, TimeUnit.SECONDS).whenComplete((ended, late) -> process.destroyForcibly())
                .join();
    }
}
