// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.browser;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A headless Chromium, driven by its DevTools protocol. Safe for use by any thread. */
final class Browser implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final String LISTENING = "DevTools listening on ";
    private static final long PATIENCE_S = 90;

    private final Path profile = Files.createTempDirectory("cloister-browser");
    private final Process process;
    private final WebSocket socket;
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonObject>> calls = new ConcurrentHashMap<>();
    private final List<Consumer<JsonObject>> listeners = new CopyOnWriteArrayList<>();

    /** Starts it; {@code evil.example} is this machine, for those who know to rebind a name. */
    Browser() throws IOException {
        List<String> command = new ArrayList<>(List.of(binary(), "--headless=new", "--disable-gpu",
                "--remote-debugging-port=0", "--user-data-dir=" + profile, "--no-first-run", "--disable-extensions",
                "--disable-background-networking", "--disable-dev-shm-usage", "--window-size=1440,1000",
                "--host-resolver-rules=MAP evil.example 127.0.0.1", "about:blank"));
        if (System.getProperty("user.name").equals("root")) {
            command.add(1, "--no-sandbox");
        }
        process = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        BufferedReader errors = process.errorReader();
        String line = errors.readLine();
        while (line != null && !line.startsWith(LISTENING)) {
            line = errors.readLine();
        }
        if (line == null) {
            throw new IOException("the browser ended before it listened");
        }
        Thread.ofVirtual().start(() -> errors.lines().forEach(ignored -> { }));
        socket = client.newWebSocketBuilder().buildAsync(URI.create(line.substring(LISTENING.length())), new Ear()).join();
    }

    private static String binary() throws IOException {
        return Stream.of(System.getenv("PATH").split(":")).flatMap(directory -> NAMES.stream().map(Path.of(directory)::resolve))
                .filter(Files::isExecutable).findFirst().map(Path::toString)
                .orElseThrow(() -> new IOException("there is no Chromium here; run itests/browser/setup"));
    }

    private final class Ear implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                JsonObject heard = Json.createReader(new StringReader(message.toString())).readObject();
                message.setLength(0);
                if (heard.containsKey("id")) {
                    calls.remove(heard.getInt("id")).complete(heard);
                } else {
                    listeners.forEach(listener -> listener.accept(heard));
                }
            }
            from.request(1);
            return null;
        }
    }

    /** Hears of all events of all pages. */
    void listen(Consumer<JsonObject> listener) {
        listeners.add(listener);
    }

    /** Calls a method of the protocol, of a page unless its session is empty; answers its result. */
    JsonObject call(String session, String method, JsonValue parameters) {
        int id = ids.incrementAndGet();
        JsonObjectBuilder message = Json.createObjectBuilder().add("id", id).add("method", method).add("params", parameters);
        if (!session.isEmpty()) {
            message.add("sessionId", session);
        }
        var answer = new CompletableFuture<JsonObject>();
        calls.put(id, answer);
        synchronized (socket) { // one message at a time
            socket.sendText(message.build().toString(), true).join();
        }
        try {
            JsonObject came = answer.get(PATIENCE_S, TimeUnit.SECONDS);
            if (came.containsKey("error")) {
                throw new AssertionError(method + ": " + came.get("error"));
            }
            return came.getJsonObject("result");
        } catch (TimeoutException | ExecutionException e) {
            throw new AssertionError(method + " was not answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Opens a page that shows nothing yet. */
    Page open() {
        return new Page(this);
    }

    @Override
    public void close() {
        socket.abort();
        client.shutdownNow();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().orTimeout(PATIENCE_S, TimeUnit.SECONDS).join();
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            System.err.println("the browser left " + profile + ": " + e);
        }
    }
}
