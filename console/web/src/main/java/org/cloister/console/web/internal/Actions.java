// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.spi.JsonProvider;
import java.io.ByteArrayInputStream;
import org.cloister.admin.HeapAdmin;
import org.cloister.console.report.Text;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can be changed from the page. Each change is logged. Safe for use by any thread. */
final class Actions {
    /** The path of all actions; their name follows. */
    static final String PATH = "/api/do/";

    private static final Logger LOG = LoggerFactory.getLogger(Actions.class);
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final Heaps heaps;
    private final HeapAdmin admin;
    private final JsonProvider json = JsonProvider.provider();

    Actions(Heaps heaps, HeapAdmin admin) {
        this.heaps = heaps;
        this.admin = admin;
    }

    /** Does what is asked for; answers how the heap stands then. */
    JsonObject run(String name, byte[] body) throws Refusal {
        JsonObject asked;
        try (var reader = json.createReader(new ByteArrayInputStream(body))) {
            asked = reader.readObject();
        } catch (JsonException e) {
            throw new Refusal(BAD_REQUEST, "the request is not a JSON object");
        }
        String heap = string(asked, "heap");
        try {
            switch (name) {
                case "swap" -> admin.swap(heap, string(asked, "backend"));
                case "drain" -> admin.drain(heap);
                case "restore" -> admin.restore(heap);
                case "retry" -> find(heap).retryQuarantined();
                default -> throw new Refusal(NOT_FOUND, "there is no action of that name");
            }
            LOG.info("asked by the web page: {} {}", name, asked);
            Heap changed = find(heap);
            return json.createObjectBuilder().add("name", changed.name()).add("state", Text.word(changed.state()))
                    .add("backend", changed.backend()).build();
        } catch (HeapException e) {
            throw new Refusal(e.error() == HeapError.NO_SUCH_HEAP ? NOT_FOUND : CONFLICT, e.getMessage());
        }
    }

    private Heap find(String heap) {
        return heaps.find(heap).orElseThrow(() -> new HeapException(HeapError.NO_SUCH_HEAP, "change a heap",
                "heap " + heap, "nobody ever served it", "look at the spelling"));
    }

    private static String string(JsonObject asked, String key) throws Refusal {
        if (asked.get(key) instanceof JsonString text) {
            return text.getString();
        }
        throw new Refusal(BAD_REQUEST, "the request has no string \"" + key + "\"");
    }
}
