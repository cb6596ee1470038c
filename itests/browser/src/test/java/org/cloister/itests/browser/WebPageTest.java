// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page as somebody sees and uses it who has the token, while the sample is played and attacked. */
@Timeout(300)
class WebPageTest {
    private static final String VIDEO = "protected,secure-video";
    private static final String CARD = "[data-key=\"" + VIDEO + "\"] ";
    private static final int ENTER = 13;
    /** What is smaller on the map is drawn at this share of the width, so that it can be seen. */
    private static final double LEAST_SHARE = 0.004;

    private static Program program;
    private static Browser browser;
    private Page page;

    @BeforeAll
    static void start() throws IOException {
        program = new Program("--control", "--play");
        browser = new Browser();
    }

    @AfterAll
    static void stop() {
        browser.close();
        program.close();
    }

    @BeforeEach
    void open() {
        page = browser.open();
        page.go(program.address() + "#token=" + program.token());
        page.await("document.getElementById('live').textContent === 'live'");
        page.await("document.querySelectorAll('#heap-list .card').length > 2");
    }

    @AfterEach
    void close() {
        assertThat(page.problems()).isEmpty();
        assertThat(page.requests()).isNotEmpty().allMatch(address -> address.startsWith(program.address().toString()));
        page.close();
    }

    @Test
    void theTokenLeavesTheAddress() {
        assertThat(page.text("location.href")).isEqualTo(program.address().toString());
        assertThat(page.text("document.getElementById('mode').textContent")).isEqualTo("in control");
        assertThat(page.text("document.documentElement.outerHTML + document.cookie")).doesNotContain(program.token());
    }

    @Test
    void aClickSwapsUnderPlayback() throws IOException {
        String before = program.heap(VIDEO).getString("backend");
        String other = before.equals("optee") ? "carveout" : "optee";
        page.click(CARD + "[data-backend=" + other + "]");
        page.await("document.querySelector('%s[data-backend=%s]').textContent === '%s serves'"
                .formatted(CARD, other, other));
        page.await("document.getElementById('said').textContent === '%s is served by %s'".formatted(VIDEO, other));
        page.await("[...document.querySelectorAll('#event-list li')].some(event => event.textContent"
                + ".includes('%s took over from %s'))".formatted(other, before));
        assertThat(program.heap(VIDEO).getString("backend")).isEqualTo(other);
        page.await("[...document.querySelectorAll('#buffer-list tr')].some(row => row.textContent.includes('%s · %s'))"
                .formatted(VIDEO, other));
    }

    @Test
    void drainAndRestoreTakeEffect() throws IOException {
        String ui = "[data-key=\"protected,trusted-ui\"] ";
        page.click(ui + "[data-do=drain]");
        page.await("document.querySelector('" + ui + ".pill').textContent === 'unavailable'");
        assertThat(program.heap("protected,trusted-ui").getString("state")).isEqualTo("unavailable");
        page.click(ui + "[data-do=restore]");
        page.await("document.querySelector('" + ui + ".pill').textContent === 'available'");
    }

    @Test
    void faultsAreSeenAsTheyHappen() {
        page.await("[...document.querySelectorAll('#fault-list tr')].some(row => row.children[0].textContent === 'cpu'"
                + " && row.children[1].textContent === 'read')");
        String count = "Number(document.getElementById('fault-total').textContent.split(' ')[0].replaceAll(',', ''))";
        double seen = page.number(count);
        assertThat(seen).isPositive();
        page.await(count + " > " + seen);
    }

    @Test
    void memoryIsToScale() throws IOException {
        JsonObject board = program.state().getJsonObject("board");
        JsonObject ram = board.getJsonArray("areas").getValuesAs(JsonObject.class).stream()
                .filter(area -> area.getString("kind").equals("normal")).findFirst().orElseThrow();
        long base = Long.decode(ram.getString("base"));
        long size = Long.decode(ram.getString("size"));
        double left = page.number("document.querySelector('.bank .bar').getBoundingClientRect().left");
        double width = page.number("document.querySelector('.bank .bar').clientWidth");
        int compared = 0;
        for (JsonObject region : board.getJsonArray("regions").getValuesAs(JsonObject.class)) {
            long at = Long.decode(region.getString("base"));
            if (!region.getBoolean("background") && at >= base && at < base + size && region.getString("name").contains("@")) {
                String drawn = "document.querySelector('.bank .region[data-name=\"%s\"]').getBoundingClientRect()"
                        .formatted(region.getString("name"));
                assertThat(page.number(drawn + ".left") - left).as(region.toString())
                        .isCloseTo((at - base) / (double) size * width, within(2.0));
                assertThat(page.number(drawn + ".width"))
                        .isCloseTo(Math.max(LEAST_SHARE, Long.decode(region.getString("size")) / (double) size) * width,
                                within(2.0));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(2);
    }

    @Test
    void theMatrixSaysWhoMayTouchWhat() throws IOException {
        List<JsonObject> regions = program.state().getJsonObject("board").getJsonArray("regions")
                .getValuesAs(JsonObject.class);
        JsonObject video = regions.stream().filter(region -> region.getString("name").startsWith("secure-video@"))
                .findFirst().orElseThrow();
        String cell = "[...document.querySelectorAll('#matrix tr')].find(row => row.textContent.includes('secure-video@'))"
                + ".querySelector('[title^=\"%s:\"]').textContent";
        video.getJsonObject("rights").forEach((who, access) -> assertThat(page.text(cell.formatted(who))).as(who)
                .isEqualTo(switch (access.toString()) {
                    case "\"none\"" -> "–";
                    case "\"read\"" -> "r";
                    case "\"write\"" -> "w";
                    default -> "rw";
                }));
    }

    @Test
    void aBufferIsFollowedFromHeapToPanel() {
        // Between two showings of the clip there is nothing to follow, so that all is looked for at once.
        page.await("[...document.querySelectorAll('#steps .title')].map(title => title.textContent).join()"
                + ".match(/^Heap,Backend,Memory,Firewall,Held by,Device.*,Panel$/) !== null"
                + " && (steps => steps.includes('" + VIDEO + "') && steps.includes('display')"
                + " && (steps.includes('video-decoder') || steps.includes('gpu-protected')))" // who wrote what is shown
                + "(document.getElementById('steps').textContent)"
                + " && document.getElementById('walk-which').textContent.includes('Kept out: cpu')");
        page.await("document.querySelectorAll('#journey li').length > 0");
    }

    @Test
    void theKeyboardDoesWhatTheMouseDoes() {
        page.value("document.querySelector('.bank .region').focus()");
        page.press("Enter", ENTER);
        page.await("document.querySelectorAll('#matrix tr.selected').length === 1");
        page.await("document.activeElement.classList.contains('region')"); // redrawing keeps the focus
        page.value("document.getElementById('theme').focus()");
        page.press("Enter", ENTER);
        page.await("document.documentElement.dataset.theme !== undefined");
        page.value("localStorage.clear()");
    }

    @Test
    void whoCannotSeeIsTold() {
        page.call("Accessibility.enable", JsonValue.EMPTY_JSON_OBJECT);
        List<JsonObject> nodes = page.call("Accessibility.getFullAXTree", JsonValue.EMPTY_JSON_OBJECT)
                .getJsonArray("nodes").getValuesAs(JsonObject.class);
        List<JsonObject> named = nodes.stream().filter(node -> !node.getBoolean("ignored"))
                .filter(node -> List.of("button", "link", "combobox", "textbox", "img", "table", "region", "dialog")
                        .contains(string(node, "role"))).toList();
        assertThat(named).hasSizeGreaterThan(20).allSatisfy(node -> {
            if (!string(node, "role").equals("table")) {
                assertThat(string(node, "name")).as(node.toString()).isNotBlank();
            }
        });
        assertThat(nodes).filteredOn(node -> string(node, "role").equals("heading")).extracting(node -> string(node, "name"))
                .contains("Memory, to scale", "Heaps and their backends", "Blocked accesses", "Live buffers",
                        "From heap to panel", "Who may touch what", "What happened");
    }

    private static String string(JsonObject node, String key) {
        return node.containsKey(key) ? node.getJsonObject(key).getString("value", "") : "";
    }

    @Test
    void aPictureShowsTheRegionsInTheirColoursDarkAndLight() throws IOException {
        page.colourScheme("light");
        BufferedImage light = regionsAreSeen("light");
        page.colourScheme("dark");
        BufferedImage dark = regionsAreSeen("dark");
        assertThat(brightness(light)).isGreaterThan(brightness(dark) + 0.4);
    }

    /**
     * A picture in which each region of the map is where the page says it is, in the colour that it says. It is taken
     * again when the page was drawn in another way meanwhile.
     */
    private BufferedImage regionsAreSeen(String name) throws IOException {
        BufferedImage picture;
        String before;
        String after = regions();
        do {
            before = after;
            picture = page.screenshot(name);
            after = regions();
        } while (!before.equals(after));
        List<JsonObject> regions = Json.createReader(new StringReader(after)).readArray().getValuesAs(JsonObject.class);
        assertThat(regions).hasSizeGreaterThan(3);
        for (JsonObject region : regions) {
            String[] wanted = region.getString("colour").replaceAll("[^0-9,]", "").split(",");
            var seen = new Color(picture.getRGB((int) region.getJsonNumber("x").doubleValue(),
                    (int) region.getJsonNumber("y").doubleValue()));
            assertThat(new int[] {seen.getRed(), seen.getGreen(), seen.getBlue()}).as(region.toString())
                    .containsExactly(Integer.parseInt(wanted[0]), Integer.parseInt(wanted[1]), Integer.parseInt(wanted[2]));
        }
        return picture;
    }

    private String regions() {
        return page.text("""
                JSON.stringify([...document.querySelectorAll('.bank .region[data-name*="@"]')].map(one => {
                  const box = one.getBoundingClientRect();
                  return {x: box.x + box.width / 2, y: box.y + 4, colour: getComputedStyle(one).backgroundColor};
                }))""");
    }

    private static double brightness(BufferedImage picture) {
        double sum = 0;
        int points = 0;
        for (int y = 0; y < picture.getHeight(); y += 10) {
            for (int x = 0; x < picture.getWidth(); x += 10) {
                var colour = new Color(picture.getRGB(x, y));
                sum += (colour.getRed() + colour.getGreen() + colour.getBlue()) / 765.0;
                points++;
            }
        }
        return sum / points;
    }
}
