// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a scripted browser without the token, and pages of others in the browser of somebody who has it, can change. */
@Timeout(300)
class IntruderTest {
    private static final String VIDEO = "protected,secure-video";
    private static final String BODY = "{\"heap\":\"" + VIDEO + "\",\"backend\":\"carveout\"}";

    private static Program program;
    private static Browser browser;
    private static HttpServer evil;
    private static JsonObject before;

    @BeforeAll
    static void start() throws IOException {
        program = new Program("--control");
        browser = new Browser();
        evil = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        evil.createContext("/", exchange -> {
            byte[] page = "<!doctype html><title>evil</title><body>".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        evil.start();
        before = awaitSettled();
    }

    /** The heap as it stands when two looks in a row agree. */
    private static JsonObject awaitSettled() throws IOException {
        try (Page page = browser.open()) {
            page.go(program.address().toString());
            page.await("document.querySelector('[data-key=\"%s\"] [data-backend=carveout]') !== null".formatted(VIDEO));
        }
        return program.heap(VIDEO);
    }

    @AfterAll
    static void stop() {
        evil.stop(0);
        browser.close();
        program.close();
    }

    @AfterEach
    void nothingHasChanged() throws IOException {
        assertThat(program.heap(VIDEO).getString("backend")).isEqualTo(before.getString("backend")).isNotEqualTo("carveout");
        assertThat(program.state().getJsonArray("events").getValuesAs(JsonObject.class))
                .noneMatch(event -> List.of("swapped", "draining").contains(event.getString("kind")));
    }

    @Test
    void thePageItselfWithoutTheTokenIsReadOnly() {
        try (Page page = browser.open()) {
            page.go(program.address().toString());
            String button = "[data-key=\"" + VIDEO + "\"] [data-backend=carveout]";
            page.await("document.querySelector('" + button + "') !== null");
            assertThat(page.text("document.querySelector('" + button + "').getAttribute('aria-disabled')")).isEqualTo("true");
            page.click(button);
            page.value("document.querySelector('[data-do=drain]').click()");
            for (String token : List.of("", "guess", "undefined", "null")) {
                assertThat(page.number(attempt("/api/do/swap", "Authorization: 'Bearer " + token + "',"))).isEqualTo(401);
            }
            assertThat(page.number(attempt("/api/do/drain", ""))).isEqualTo(401);
        }
    }

    /** A request as a script makes it; answers the status, or 0 when the browser keeps it from the script. */
    private static String attempt(String path, String headers) {
        return "fetch('%s', {method: 'POST', headers: {%s 'Content-Type': 'application/json'}, body: '%s'}).then(r => r.status, () => 0)"
                .formatted(path, headers, BODY);
    }

    @Test
    void aPageOfAnotherSiteReadsAndChangesNothingEvenWithTheToken() {
        try (Page page = browser.open()) {
            page.go("http://localhost:" + evil.getAddress().getPort() + "/");
            String there = program.address().toString();
            String token = "Authorization: 'Bearer " + program.token() + "',";
            assertThat(page.number(attempt(there + "api/do/swap", token))).isZero();
            assertThat(page.number(attempt(there + "api/do/swap", ""))).isZero();
            assertThat(page.number("fetch('%sapi/state').then(r => r.status, () => 0)".formatted(there))).isZero();
            page.value(("fetch('%sapi/do/swap', {method: 'POST', mode: 'no-cors', headers: {'Content-Type': 'text/plain'},"
                    + " body: '%s'}).catch(() => 0)").formatted(there, BODY));
            page.value("navigator.sendBeacon('%sapi/do/swap', new Blob(['%s'], {type: 'text/plain'}))".formatted(there, BODY));
            page.value("""
                    new Promise(done => {
                      const frame = document.createElement('iframe');
                      frame.name = 'there';
                      frame.onload = done;
                      document.body.append(frame);
                      const form = document.createElement('form');
                      Object.assign(form, {method: 'POST', action: '%sapi/do/swap', target: 'there', enctype: 'text/plain'});
                      const input = document.createElement('input');
                      Object.assign(input, {name: '{"heap":"%s","backend":"carveout","x":"', value: '"}'});
                      form.append(input);
                      document.body.append(form);
                      form.submit();
                    }).then(() => true)""".formatted(there, VIDEO));
        }
    }

    @Test
    void thePageIsNotShownInAFrameOfAnother() {
        try (Page page = browser.open()) {
            page.go("http://localhost:" + evil.getAddress().getPort() + "/");
            page.value("new Promise(done => { const f = document.createElement('iframe'); f.onload = done; f.src = '"
                    + program.address() + "'; document.body.append(f); }).then(() => true)");
            page.awaitProblem("frame-ancestors"); // told by another event than that the frame is loaded
        }
    }

    @Test
    void aNameThatWasReboundToThisMachineGetsNothing() {
        try (Page page = browser.open()) {
            page.go("http://evil.example:" + program.address().getPort() + "/");
            assertThat(page.text("document.body.textContent")).contains("not the host that was asked for");
            assertThat(page.number(attempt("/api/do/swap", "Authorization: 'Bearer " + program.token() + "',"))).isEqualTo(421);
            assertThat(page.number("fetch('/api/state').then(r => r.status)")).isEqualTo(421);
        }
    }

    @Test
    void aWrongTokenInTheAddressOpensNothing() {
        try (Page page = browser.open()) {
            page.go(program.address() + "#token=0123456789abcdef0123456789abcdef");
            page.await("document.querySelector('[data-do=drain]') !== null");
            page.click("[data-key=\"" + VIDEO + "\"] [data-do=drain]");
            page.await("document.getElementById('said').textContent.includes('token is missing or wrong')");
        }
    }
}
