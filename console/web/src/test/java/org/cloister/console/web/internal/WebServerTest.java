// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.cloister.console.web.internal.FakeMachine.VIDEO;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.cloister.console.web.WebPart;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may look, and who may change; over real sockets. */
@Timeout(180)
class WebServerTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final String AUTHORISED = "Authorization: Bearer " + TOKEN;
    private static final String JSON = "Content-Type: application/json";
    private static final String SWAP = "/api/do/swap";
    private static final String BODY = "{\"heap\":\"" + VIDEO + "\",\"backend\":\"carveout\"}";

    private final FakeMachine machine = new FakeMachine();
    private final WebServer server = serve(TOKEN);
    private final Client client = new Client(server.address());

    private WebServer serve(String token) {
        return new WebServer(machine.heaps(), machine, new WebSettings(InetAddress.getLoopbackAddress(), 0, token,
                Set.of("localhost", "127.0.0.1", "[::1]"), Duration.ofMillis(100)),
                (path, accept) -> path.equals("/part") ? Optional.of(new WebPart.Content("text/plain; charset=utf-8",
                        ("for " + accept).getBytes(StandardCharsets.UTF_8))) : Optional.empty());
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    @Test
    void whoHasTheTokenSwaps() throws IOException {
        Client.Answer answer = client.post(SWAP, BODY, AUTHORISED, JSON, "Origin: http://" + client.host(),
                "Sec-Fetch-Site: same-origin");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("\"backend\":\"carveout\"");
        assertThat(machine.changes).containsExactly("swap " + VIDEO + " carveout");
        assertThat(client.post("/api/do/drain", BODY, AUTHORISED, JSON).body()).contains("unavailable");
        client.post("/api/do/restore", BODY, AUTHORISED, JSON + "; charset=utf-8");
        assertThat(machine.changes).hasSize(3);
    }

    @Test
    void nothingIsChangedWithoutTheToken() throws IOException {
        assertRefused(401, SWAP, BODY, JSON);
        assertRefused(401, SWAP, BODY, JSON, "Authorization: Bearer 0123456789abcdeg");
        assertRefused(401, SWAP, BODY, JSON, "Authorization: Bearer ");
        assertRefused(401, SWAP, BODY, JSON, "Authorization: Basic " + TOKEN);
        assertRefused(401, SWAP, BODY, JSON, "Cookie: token=" + TOKEN);
        assertRefused(401, SWAP + "?token=" + TOKEN, BODY, JSON);
    }

    @Test
    void nothingIsChangedForPagesOfOthers() throws IOException {
        assertRefused(403, SWAP, BODY, AUTHORISED, JSON, "Origin: http://evil.example");
        assertRefused(403, SWAP, BODY, AUTHORISED, JSON, "Origin: null");
        assertRefused(403, SWAP, BODY, AUTHORISED, JSON, "Origin: http://localhost:1");
        assertRefused(403, SWAP, BODY, AUTHORISED, JSON, "Sec-Fetch-Site: cross-site");
        assertRefused(403, SWAP, BODY, AUTHORISED, JSON, "Sec-Fetch-Site: same-site");
        assertRefused(415, SWAP, BODY, AUTHORISED, "Content-Type: text/plain");
        assertRefused(415, SWAP, BODY, AUTHORISED);
    }

    @Test
    void otherSitesAreNotEvenAskedBefore() throws IOException {
        Client.Answer preflight = client.send("OPTIONS", SWAP, "", "Host: " + client.host(),
                "Origin: http://evil.example", "Access-Control-Request-Method: POST");
        assertThat(preflight.status()).isEqualTo(405);
        assertThat(preflight.head()).doesNotContainIgnoringCase("Access-Control-Allow");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host: evil.example", "Host: evil.example:80", "Host: localhost", "Host: 127.0.0.1:1",
        "Host: localhost.evil.example", "X-Forwarded-Host: localhost"})
    void aHostThatIsNotOursIsRefused(String header) throws IOException {
        for (String path : List.of("/", "/api/state", "/api/feed")) {
            Client.Answer answer = client.send("GET", path, "", header);
            assertThat(answer.status()).as(path).isBetween(400, 421);
            assertThat(answer.body()).doesNotContain(VIDEO);
        }
    }

    @Test
    void otherSitesReadNothing() throws IOException {
        assertThat(client.get("/api/state", "Sec-Fetch-Site: cross-site").status()).isEqualTo(403);
        assertThat(client.get("/api/feed", "Sec-Fetch-Site: cross-site").status()).isEqualTo(403);
        assertThat(client.get("/api/state").head()).doesNotContainIgnoringCase("Access-Control-Allow");
    }

    @Test
    void aServerWithoutATokenIsReadOnly() throws IOException {
        WebServer readOnly = serve("");
        try {
            Client other = new Client(readOnly.address());
            assertThat(other.post(SWAP, BODY, JSON, "Authorization: Bearer ").status()).isEqualTo(403);
            assertThat(other.get("/api/state").body()).contains("\"controlled\":false", VIDEO);
            assertThat(machine.changes).isEmpty();
        } finally {
            readOnly.stop();
        }
    }

    @Test
    void everythingIsHardened() throws IOException {
        for (String path : List.of("/", "/app.js", "/style.css", "/api/state", "/nothing")) {
            assertThat(client.get(path).head()).as(path).contains("default-src 'none'", "frame-ancestors 'none'",
                    "nosniff", "no-store");
        }
        assertThat(client.get("/").body()).doesNotContain("<style", " style=", " onclick", "http://", "https://");
    }

    @Test
    void onlyTheFilesOfThePageAreServed() throws IOException {
        for (String path : List.of("/../WebServer.class", "/%2e%2e/WebServer.class", "/index.html/", "//app.js", "/page/app.js")) {
            assertThat(client.get(path).status()).as(path).isEqualTo(404);
        }
        assertThat(client.send("DELETE", "/", "", "Host: " + client.host()).status()).isEqualTo(405);
        assertThat(client.get(SWAP, AUTHORISED).status()).isEqualTo(405);
    }

    @Test
    void whatIsAskedForIsChecked() throws IOException {
        assertRefused(400, SWAP, "no json", AUTHORISED, JSON);
        assertRefused(400, SWAP, "[]", AUTHORISED, JSON);
        assertRefused(400, SWAP, "{\"heap\":\"x\"}", AUTHORISED, JSON);
        assertRefused(400, SWAP, "{\"heap\":7,\"backend\":\"a\"}", AUTHORISED, JSON);
        assertRefused(404, "/api/do/format", BODY, AUTHORISED, JSON);
        assertRefused(413, SWAP, "{\"heap\":\"" + "x".repeat(5000) + "\"}", AUTHORISED, JSON);
        assertThat(client.post(SWAP, BODY.replace("carveout", "nobody"), AUTHORISED, JSON)).satisfies(answer -> {
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.body()).contains("it is not there");
        });
        assertThat(machine.changes).isEmpty();
    }

    private void assertRefused(int status, String path, String body, String... headers) throws IOException {
        Client.Answer answer = client.post(path, body, headers);
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains("\"error\":");
        assertThat(machine.changes).isEmpty();
    }

    @Test
    void whatOthersHandOutIsReadByReadersOnly() throws IOException {
        Client.Answer answer = client.get("/part", "Accept: a/b", "Accept: c/d");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("for a/b,c/d");
        assertThat(answer.head()).contains("text/plain; charset=utf-8", "nosniff");
        assertThat(client.get("/part").body()).isEqualTo("for ");
        assertThat(client.get("/part", "Sec-Fetch-Site: cross-site").status()).isEqualTo(403);
        assertThat(client.send("GET", "/part", "", "Host: evil.example").status()).isEqualTo(421);
        assertThat(client.post("/part", "{}", AUTHORISED, JSON).status()).isEqualTo(405);
        assertThat(client.get("/part/").status()).isEqualTo(404);
    }

    @Test
    void theFeedTellsAgainAndAgainAndEndsWithTheServer() throws IOException {
        try (Socket socket = listen()) {
            var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            int states = 0;
            for (String line = reader.readLine(); line != null && states < 3; line = reader.readLine()) {
                if (line.startsWith("data: ")) {
                    assertThat(line).contains(VIDEO);
                    states++;
                }
            }
            assertThat(states).isEqualTo(3);
            server.stop();
            while (reader.readLine() != null) {
                states++;
            }
        }
    }

    private Socket listen() throws IOException {
        Socket socket = new Socket(server.address().getHost(), server.address().getPort());
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write(("GET /api/feed HTTP/1.1\r\nHost: " + client.host() + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    @Test
    void moreListenersThanItCanBearAreRefused() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < Feed.MOST; i++) {
                Socket socket = listen();
                sockets.add(socket);
                assertThat(socket.getInputStream().read()).isPositive();
            }
            assertThat(client.get("/api/feed").status()).isEqualTo(503);
            assertThat(client.get("/api/state").status()).isEqualTo(200);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void aConfigurationThatWouldBeUnsafeIsRefused() {
        assertThat(settings("127.0.0.1", 0, "")).isNotNull();
        assertThatExceptionOfType(HeapException.class).isThrownBy(() -> settings("0.0.0.0", 0, ""))
                .withMessageContaining("there is no token");
        assertThatExceptionOfType(HeapException.class).isThrownBy(() -> settings("127.0.0.1", 0, "short"))
                .withMessageContaining("could be guessed");
        assertThatExceptionOfType(HeapException.class).isThrownBy(() -> settings("127.0.0.1", 70000, ""))
                .withMessageContaining("port 70000");
        assertThatExceptionOfType(HeapException.class).isThrownBy(() -> settings("no such host.invalid", 0, ""))
                .withMessageContaining("has no address");
        assertThat(settings("0.0.0.0", 0, TOKEN).toString()).doesNotContain(TOKEN);
    }

    private static WebSettings settings(String host, int port, String token) {
        return WebSettings.read(new WebConfiguration() {
            @Override
            public Class<? extends java.lang.annotation.Annotation> annotationType() {
                return WebConfiguration.class;
            }

            @Override
            public String host() {
                return host;
            }

            @Override
            public int port() {
                return port;
            }

            @Override
            public String token() {
                return token;
            }

            @Override
            public String[] names() {
                return new String[0];
            }

            @Override
            public int interval_ms() {
                return 500;
            }
        });
    }

    @Test
    void aPortThatIsTakenIsSaid() {
        assertThatExceptionOfType(HeapException.class).isThrownBy(() -> new WebServer(machine.heaps(), machine,
                new WebSettings(InetAddress.getLoopbackAddress(), server.address().getPort(), "", Set.of(),
                        Duration.ofMillis(100)), (path, accept) -> Optional.empty())).withMessageContaining("choose another port");
    }
}
