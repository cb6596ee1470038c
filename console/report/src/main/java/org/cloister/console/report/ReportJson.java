// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.report;

import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.util.Collection;
import java.util.Locale;
import java.util.function.Function;
import org.cloister.admin.BufferHold;
import org.cloister.admin.BufferReport;
import org.cloister.admin.BufferUse;
import org.cloister.admin.MemoryExtent;
import org.cloister.admin.QuotaReport;
import org.cloister.heap.Explanation;
import org.cloister.platform.inspect.BlockedAccess;
import org.cloister.platform.inspect.MemoryArea;
import org.cloister.platform.inspect.RegionView;
import org.cloister.tee.TeeVersion;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Reports as JSON. Addresses and sizes are hexadecimal strings, counts are numbers, times are milliseconds. Keys are
 * stable; more may be added. Safe for use by any thread.
 */
@ProviderType
public final class ReportJson {
    private final JsonProvider json;

    /**
     * Makes a writer.
     *
     * @param json makes the values
     */
    public ReportJson(JsonProvider json) {
        this.json = json;
    }

    /**
     * Several of a kind.
     *
     * @param <T> the kind
     * @param values the values
     * @param form makes an object of one
     * @return an array
     */
    public <T> JsonArray array(Collection<T> values, Function<T, JsonObject> form) {
        JsonArrayBuilder array = json.createArrayBuilder();
        values.forEach(value -> array.add(form.apply(value)));
        return array.build();
    }

    /**
     * A buffer.
     *
     * @param buffer the report
     * @return an object
     */
    public JsonObject buffer(BufferReport buffer) {
        return object().add("id", buffer.id()).add("name", buffer.name()).add("heap", buffer.record().heap())
                .add("useCase", buffer.record().useCase().name()).add("backend", buffer.record().backend())
                .add("generation", buffer.record().generation()).add("restricted", buffer.record().restricted())
                .add("size", Text.hex(buffer.size())).add("state", Text.word(buffer.state()))
                .add("payer", buffer.payer()).add("holds", array(buffer.holds(), this::hold))
                .add("uses", array(buffer.uses(), this::use)).add("memory", array(buffer.memory(), this::extent)).build();
    }

    private JsonObject hold(BufferHold hold) {
        return object().add("owner", hold.owner()).add("ageMs", hold.age().toMillis()).build();
    }

    private JsonObject use(BufferUse use) {
        return object().add("owner", use.owner()).add("importer", use.importer()).add("initiator", use.initiator())
                .add("access", Text.word(use.access())).add("mapped", use.mapped()).build();
    }

    private JsonObject extent(MemoryExtent extent) {
        return object().add("address", Text.hex(extent.address())).add("length", Text.hex(extent.length())).build();
    }

    /**
     * A region of the firewall.
     *
     * @param region the region
     * @return an object
     */
    public JsonObject region(RegionView region) {
        JsonObjectBuilder rights = object();
        region.rights().forEach((initiator, access) -> rights.add(initiator, Text.word(access)));
        return object().add("number", region.number()).add("name", region.name())
                .add("background", region.background()).add("base", Text.hex(region.base()))
                .add("size", Text.hex(region.size())).add("rights", rights).build();
    }

    /**
     * Memory of the device tree.
     *
     * @param area the area
     * @return an object
     */
    public JsonObject area(MemoryArea area) {
        return object().add("name", area.name()).add("kind", Text.word(area.kind())).add("base", Text.hex(area.base()))
                .add("size", Text.hex(area.size())).build();
    }

    /**
     * A blocked access.
     *
     * @param fault the access
     * @return an object
     */
    public JsonObject fault(BlockedAccess fault) {
        return object().add("number", fault.number()).add("nanos", fault.nanos()).add("initiator", fault.initiator())
                .add("address", Text.hex(fault.address())).add("length", Text.hex(fault.length()))
                .add("access", Text.word(fault.access())).add("region", fault.region()).add("reason", fault.reason())
                .build();
    }

    /**
     * Why a heap is, or is not, there. {@code reasons} are the sentences; {@code details} have for each its kind and the
     * backend that it is about.
     *
     * @param explanation the explanation
     * @return an object
     */
    public JsonObject explanation(Explanation explanation) {
        JsonArrayBuilder sentences = json.createArrayBuilder();
        JsonArrayBuilder details = json.createArrayBuilder();
        for (Explanation.Reason reason : explanation.reasons()) {
            sentences.add(reason.text());
            details.add(object().add("kind", reason.kind().name().toLowerCase(Locale.ROOT))
                    .add("backend", reason.backend()));
        }
        return object().add("name", explanation.name()).add("available", explanation.available())
                .add("reasons", sentences).add("details", details).build();
    }

    /**
     * A quota.
     *
     * @param quota the quota
     * @return an object
     */
    public JsonObject quota(QuotaReport quota) {
        return object().add("kind", Text.word(quota.kind())).add("name", quota.name())
                .add("used", Text.hex(quota.used())).add("limit", Text.hex(quota.limit())).build();
    }

    /**
     * A trusted operating system.
     *
     * @param id its id
     * @param version what it says of itself
     * @return an object
     */
    public JsonObject tee(String id, TeeVersion version) {
        return object().add("id", id).add("name", version.name()).add("implementation", version.implementation()).build();
    }

    private JsonObjectBuilder object() {
        return json.createObjectBuilder();
    }
}
