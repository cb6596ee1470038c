// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.browser;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;

/** A page in the browser, and what a person does with it. Remembers what it asked the network for, and what went wrong. */
final class Page implements AutoCloseable {
    private static final int PATIENCE_MS = 60_000;

    private final Browser browser;
    private final String target;
    private final String session;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();

    Page(Browser browser) {
        this.browser = browser;
        target = browser.call("", "Target.createTarget", object().add("url", "about:blank").build()).getString("targetId");
        session = browser.call("", "Target.attachToTarget", object().add("targetId", target).add("flatten", true).build())
                .getString("sessionId");
        browser.listen(this::hear);
        for (String domain : List.of("Page", "Runtime", "Network", "Log", "Performance")) {
            call(domain + ".enable", JsonValue.EMPTY_JSON_OBJECT);
        }
    }

    private static JsonObjectBuilder object() {
        return Json.createObjectBuilder();
    }

    private void hear(JsonObject event) {
        if (!session.equals(event.getString("sessionId", ""))) {
            return;
        }
        JsonObject what = event.getJsonObject("params");
        switch (event.getString("method")) {
            case "Network.requestWillBeSent" -> requests.add(what.getJsonObject("request").getString("url"));
            case "Runtime.exceptionThrown" -> problems.add(what.getJsonObject("exceptionDetails").toString());
            case "Log.entryAdded" -> problems.add(what.getJsonObject("entry").getString("text"));
            default -> { }
        }
    }

    JsonObject call(String method, JsonValue parameters) {
        return browser.call(session, method, parameters);
    }

    /** The addresses of all that was asked for. */
    List<String> requests() {
        return requests;
    }

    /** Exceptions of scripts, and complaints of the browser, such as of the content security policy. */
    List<String> problems() {
        return problems;
    }

    /** Waits until the browser complains in these words. */
    void awaitProblem(String words) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        while (problems.stream().noneMatch(problem -> problem.contains(words))) {
            assertThat(System.nanoTime()).as("'%s' among %s", words, problems).isLessThan(end);
            value("new Promise(done => setTimeout(done, 20))");
        }
    }

    void go(String address) {
        call("Page.navigate", object().add("url", address).build());
        await("location.href !== 'about:blank' && document.readyState === 'complete'");
    }

    /** The value of an expression of JavaScript; a promise is waited for. */
    JsonValue value(String expression) {
        JsonObject answer = call("Runtime.evaluate", object().add("expression", expression).add("awaitPromise", true)
                .add("returnByValue", true).add("userGesture", true).build());
        if (answer.containsKey("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.getJsonObject("exceptionDetails"));
        }
        return answer.getJsonObject("result").getOrDefault("value", JsonValue.NULL);
    }

    String text(String expression) {
        return value(expression) instanceof JsonString text ? text.getString() : String.valueOf(value(expression));
    }

    double number(String expression) {
        return Double.parseDouble(text(expression));
    }

    /** Waits until an expression is true. */
    void await(String expression) {
        value("""
                new Promise((done, fail) => {
                  const end = Date.now() + %d;
                  const look = () => {
                    let holds = false;
                    try { holds = %s; } catch (notYet) {}
                    if (holds) done(true);
                    else if (Date.now() > end) fail(new Error("it did not come true"));
                    else setTimeout(look, 50);
                  };
                  look();
                })""".formatted(PATIENCE_MS, expression));
    }

    /** Clicks in the middle of an element, with the mouse. */
    void click(String selector) {
        String found = "document.querySelector(" + Json.createValue(selector) + ")";
        await(found + " !== null");
        value(found + ".scrollIntoView({block: 'center'})");
        double x = number("(r => r.x + r.width / 2)(" + found + ".getBoundingClientRect())");
        double y = number("(r => r.y + r.height / 2)(" + found + ".getBoundingClientRect())");
        for (String type : List.of("mousePressed", "mouseReleased")) {
            call("Input.dispatchMouseEvent", object().add("type", type).add("x", x).add("y", y).add("button", "left")
                    .add("clickCount", 1).build());
        }
    }

    /** Presses a key. */
    void press(String key, int code) {
        for (String type : List.of("keyDown", "keyUp")) {
            JsonObjectBuilder event = object().add("type", type).add("key", key).add("code", key)
                    .add("windowsVirtualKeyCode", code);
            if (key.equals("Enter") && type.equals("keyDown")) {
                event.add("text", "\r");
            }
            call("Input.dispatchKeyEvent", event.build());
        }
    }

    void colourScheme(String scheme) {
        call("Emulation.setEmulatedMedia", object().add("features", Json.createArrayBuilder().add(
                object().add("name", "prefers-color-scheme").add("value", scheme))).build());
    }

    /** What a person sees; kept as a file beside the reports. */
    BufferedImage screenshot(String name) throws IOException {
        byte[] png = Base64.getDecoder().decode(call("Page.captureScreenshot", object().add("format", "png").build())
                .getString("data"));
        Path file = Path.of("target/screenshots", name + ".png");
        Files.createDirectories(file.getParent());
        Files.write(file, png);
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    /** A figure of the browser's about the page, after garbage was collected. */
    double metric(String name) {
        call("HeapProfiler.collectGarbage", JsonValue.EMPTY_JSON_OBJECT);
        return call("Performance.getMetrics", JsonValue.EMPTY_JSON_OBJECT).getJsonArray("metrics")
                .getValuesAs(JsonObject.class).stream().filter(metric -> metric.getString("name").equals(name))
                .findFirst().orElseThrow().getJsonNumber("value").doubleValue();
    }

    @Override
    public void close() {
        browser.call("", "Target.closeTarget", object().add("targetId", target).build());
    }
}
