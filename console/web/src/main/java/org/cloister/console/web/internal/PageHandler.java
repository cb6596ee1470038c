// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import jakarta.json.spi.JsonProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.cloister.console.web.WebPart;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests: the files of the page, {@code GET /api/state} and {@code GET /api/feed} for how things stand once and
 * continuously, {@code POST /api/do/NAME} for changes, and parts of others. Safe for use by any thread.
 */
final class PageHandler implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(PageHandler.class);
    private static final String JSON = "application/json; charset=utf-8";
    private static final int LARGEST_BODY = 4096;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int WRONG_METHOD = 405;
    private static final int TOO_LARGE = 413;
    private static final int TOO_MANY = 503;
    private static final int FAILED = 500;

    private final Gatekeeper gate;
    private final Assets assets;
    private final StateReader state;
    private final Feed feed;
    private final Actions actions;
    private final BiFunction<String, String, Optional<WebPart.Content>> parts;

    /** @param parts what others hand out at a path, to those who accept something */
    PageHandler(Gatekeeper gate, Assets assets, StateReader state, Feed feed, Actions actions,
            BiFunction<String, String, Optional<WebPart.Content>> parts) {
        this.gate = gate;
        this.assets = assets;
        this.state = state;
        this.feed = feed;
        this.actions = actions;
        this.parts = parts;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            harden(exchange.getResponseHeaders());
            try {
                gate.requireHost(exchange.getRequestHeaders());
                answer(exchange);
            } catch (Refusal refusal) {
                send(exchange, refusal.status(), JSON, JsonProvider.provider().createObjectBuilder()
                        .add("error", refusal.getMessage()).build().toString().getBytes(StandardCharsets.UTF_8));
            } catch (RuntimeException e) {
                LOG.error("a request failed: {}", exchange.getRequestURI().getPath(), e);
                send(exchange, FAILED, JSON, "{\"error\":\"it failed; see the log\"}".getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    /** The page loads nothing from elsewhere, runs no script but its files, and is shown in no frame. */
    private static void harden(Headers headers) {
        headers.set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
    }

    private void answer(HttpExchange exchange) throws IOException, Refusal {
        String path = exchange.getRequestURI().getPath();
        if (path.startsWith(Actions.PATH)) {
            requireMethod(exchange, "POST");
            gate.requireController(exchange.getRequestHeaders());
            send(exchange, OK, JSON, actions.run(path.substring(Actions.PATH.length()), body(exchange)).toString()
                    .getBytes(StandardCharsets.UTF_8));
        } else if (path.equals("/api/state")) {
            requireMethod(exchange, "GET");
            gate.requireReader(exchange.getRequestHeaders());
            send(exchange, OK, JSON, state.read().toString().getBytes(StandardCharsets.UTF_8));
        } else if (path.equals("/api/feed")) {
            requireMethod(exchange, "GET");
            gate.requireReader(exchange.getRequestHeaders());
            stream(exchange);
        } else {
            Optional<Assets.Asset> asset = assets.find(path);
            if (asset.isPresent()) {
                requireMethod(exchange, "GET");
                send(exchange, OK, asset.get().type(), asset.get().content());
            } else {
                part(exchange, path);
            }
        }
    }

    /** Who may not read is not told either what there is. */
    private void part(HttpExchange exchange, String path) throws IOException, Refusal {
        gate.requireReader(exchange.getRequestHeaders());
        requireMethod(exchange, "GET");
        WebPart.Content content = parts.apply(path, String.join(",",
                        exchange.getRequestHeaders().getOrDefault("Accept", List.of())))
                .orElseThrow(() -> new Refusal(NOT_FOUND, "there is nothing of that name"));
        send(exchange, OK, content.type(), content.bytes());
    }

    private static void requireMethod(HttpExchange exchange, String method) throws Refusal {
        if (!exchange.getRequestMethod().equals(method)) {
            exchange.getResponseHeaders().set("Allow", method);
            throw new Refusal(WRONG_METHOD, "this is for " + method);
        }
    }

    private static byte[] body(HttpExchange exchange) throws IOException, Refusal {
        byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
        if (body.length > LARGEST_BODY) {
            throw new Refusal(TOO_LARGE, "a request has at most " + LARGEST_BODY + " bytes");
        }
        return body;
    }

    private void stream(HttpExchange exchange) throws IOException, Refusal {
        if (!feed.enter()) {
            throw new Refusal(TOO_MANY, Feed.MOST + " browsers are listening already");
        }
        try {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
            exchange.sendResponseHeaders(OK, 0);
            OutputStream out = exchange.getResponseBody();
            for (Optional<Feed.Frame> frame = feed.next(0); frame.isPresent(); frame = feed.next(frame.get().number())) {
                out.write(frame.get().text());
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("a browser has left", e);
        } finally {
            feed.leave();
        }
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] content) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
        exchange.getResponseBody().write(content);
    }
}
