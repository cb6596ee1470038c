// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.command.internal;

import jakarta.json.JsonArray;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a file for {@code --config} says: configurations by their PID, as OSGi's Configurator writes them, and under
 * {@value #BUNDLES} further jars to start, such as one with a {@code MemoryObserver}, relative to the file.
 *
 * @param configurations properties by PID
 * @param bundles jars
 */
record LabSetup(Map<String, Dictionary<String, Object>> configurations, List<Path> bundles) {
    static final String BUNDLES = ":tck:bundles";

    /** Nothing is configured. */
    static LabSetup none() {
        return new LabSetup(Map.of(), List.of());
    }

    /** Reads a file. */
    static LabSetup read(Path file) throws Unusable {
        JsonObject all;
        try (var in = Files.newBufferedReader(file); JsonReader reader = JsonProvider.provider().createReader(in)) {
            all = reader.readObject();
        } catch (IOException e) {
            throw new Unusable("cannot read '%s': it is not there, or not yours to read; name another file with --config",
                    file);
        } catch (JsonException | IllegalStateException e) {
            throw new Unusable("'%s' is not a JSON object: %s; write it like {\"org.acme.backend\": {\"size\": 4096}}", file,
                    String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
        Map<String, Dictionary<String, Object>> configurations = new LinkedHashMap<>();
        List<Path> bundles = new ArrayList<>();
        for (Map.Entry<String, JsonValue> entry : all.entrySet()) {
            if (entry.getKey().equals(BUNDLES)) {
                for (String jar : strings(file, BUNDLES, entry.getValue())) {
                    bundles.add(file.toAbsolutePath().getParent().resolve(jar));
                }
            } else if (!entry.getKey().startsWith(":")) {
                configurations.put(entry.getKey(), properties(file, entry.getKey(), entry.getValue()));
            }
        }
        return new LabSetup(configurations, bundles);
    }

    private static List<String> strings(Path file, String key, JsonValue value) throws Unusable {
        if (value instanceof JsonArray array && array.stream().allMatch(JsonString.class::isInstance)) {
            return array.getValuesAs(JsonString::getString);
        }
        throw new Unusable("'%s': %s is not an array of strings; write [\"observer.jar\"]", file, key);
    }

    private static Dictionary<String, Object> properties(Path file, String pid, JsonValue value) throws Unusable {
        if (!(value instanceof JsonObject object)) {
            throw new Unusable("'%s': %s is not an object; write {\"property\": \"value\"} behind it", file, pid);
        }
        Dictionary<String, Object> properties = new Hashtable<>();
        for (Map.Entry<String, JsonValue> entry : object.entrySet()) {
            properties.put(entry.getKey(), property(file, pid + "." + entry.getKey(), entry.getValue()));
        }
        return properties;
    }

    private static Object property(Path file, String key, JsonValue value) throws Unusable {
        return switch (value) {
            case JsonString text -> text.getString();
            case JsonNumber number when number.isIntegral() -> number.longValue();
            case JsonNumber number -> number.doubleValue();
            case JsonArray _ -> strings(file, key, value).toArray(String[]::new);
            case JsonValue other when other == JsonValue.TRUE -> Boolean.TRUE;
            case JsonValue other when other == JsonValue.FALSE -> Boolean.FALSE;
            default -> throw new Unusable("'%s': %s is neither text, number, truth value nor an array of texts", file, key);
        };
    }
}
