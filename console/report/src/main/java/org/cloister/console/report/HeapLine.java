// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.report;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.cloister.heap.Access;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a list of heaps says of one.
 *
 * @param name its name
 * @param useCase what it is for
 * @param backend who serves it, or an empty string
 * @param state whether it can serve
 * @param attributes what its memory is like
 * @param usage empty when the heap cannot tell
 */
@ProviderType
public record HeapLine(String name, String useCase, String backend, HeapState state, HeapAttributes attributes,
        Optional<HeapUsage> usage) {
    private static final String[] HEADINGS = {
        "HEAP", "STATE", "BACKEND", "RESTRICTED", "CPU", ">CAPACITY", ">FREE", ">LARGEST FREE", ">BUFFERS", "REGIONS"};

    private static final String UNKNOWN = "-";

    /** {@return an empty table for rows of {@link #cells}} */
    public static Table table() {
        return new Table(HEADINGS);
    }

    /**
     * Asks a heap.
     *
     * @param heap the heap
     * @return what it says
     * @throws org.cloister.heap.HeapException when it cannot tell how much is used
     */
    public static HeapLine of(Heap heap) {
        return of(heap, Optional.of(heap.usage()));
    }

    /**
     * Asks a heap for all but how much is used.
     *
     * @param heap the heap
     * @return what it says
     */
    public static HeapLine withoutUsage(Heap heap) {
        return of(heap, Optional.empty());
    }

    private static HeapLine of(Heap heap, Optional<HeapUsage> usage) {
        return new HeapLine(
                heap.name(), heap.useCase().name(), heap.backend(), heap.state(), heap.attributes(), usage);
    }

    /** {@return a row of {@link #table}} */
    public String[] cells() {
        OptionalInt used = regionsUsed();
        OptionalInt left = regionsLeft();
        return new String[] {
            name,
            lowerCase(state),
            backend.isEmpty() ? UNKNOWN : backend,
            attributes.restricted() ? lowerCase(attributes.enforcement()) : "no",
            cpuAccess(),
            size(capacity()),
            size(free()),
            size(largestFree()),
            usage.map(figures -> Long.toString(figures.buffers())).orElse(UNKNOWN),
            used.isEmpty() ? UNKNOWN
                    : used.getAsInt() + " used" + (left.isEmpty() ? "" : ", " + left.getAsInt() + " left")};
    }

    /**
     * The object for machines; what is not known is null.
     *
     * @param json makes it
     * @return the object
     */
    public JsonObject json(JsonProvider json) {
        return json.createObjectBuilder()
                .add("name", name)
                .add("useCase", useCase)
                .add("restricted", attributes.restricted())
                .add("enforcement", lowerCase(attributes.enforcement()))
                .add("backend", backend)
                .add("state", lowerCase(state))
                .add("cpuAccess", cpuAccess())
                .add("contiguous", attributes.contiguous())
                .add("granularity", Text.hex(attributes.granularity()))
                .add("capacity", hex(json, capacity()))
                .add("free", hex(json, free()))
                .add("largestFree", hex(json, largestFree()))
                .add("quarantined", usage.<JsonValue>map(f -> json.createValue(Text.hex(f.quarantined())))
                        .orElse(JsonValue.NULL))
                .add("buffers", usage.<JsonValue>map(f -> json.createValue(f.buffers())).orElse(JsonValue.NULL))
                .add("regionsUsed", count(json, regionsUsed()))
                .add("regionsLeft", count(json, regionsLeft()))
                .build();
    }

    private OptionalLong capacity() {
        return usage.map(HeapUsage::capacity).orElse(OptionalLong.empty());
    }

    private OptionalLong free() {
        return usage.map(HeapUsage::free).orElse(OptionalLong.empty());
    }

    private OptionalLong largestFree() {
        return usage.map(HeapUsage::largestFree).orElse(OptionalLong.empty());
    }

    private OptionalInt regionsUsed() {
        return usage.map(HeapUsage::regionsUsed).orElse(OptionalInt.empty());
    }

    private OptionalInt regionsLeft() {
        return usage.map(HeapUsage::regionsLeft).orElse(OptionalInt.empty());
    }

    private String cpuAccess() {
        Access access = attributes.cpuAccess();
        return switch (access) {
            case NONE -> "none";
            case READ -> "read-only";
            case WRITE -> "write-only";
            case READ_WRITE -> "read-write";
        };
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String size(OptionalLong bytes) {
        return bytes.isPresent() ? Text.size(bytes.getAsLong()) : UNKNOWN;
    }

    private static JsonValue hex(JsonProvider json, OptionalLong bytes) {
        return bytes.isPresent() ? json.createValue(Text.hex(bytes.getAsLong())) : JsonValue.NULL;
    }

    private static JsonValue count(JsonProvider json, OptionalInt count) {
        return count.isPresent() ? json.createValue(count.getAsInt()) : JsonValue.NULL;
    }
}
