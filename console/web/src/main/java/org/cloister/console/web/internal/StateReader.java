// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.cloister.admin.HeapAdmin;
import org.cloister.console.report.EventText;
import org.cloister.console.report.HeapLine;
import org.cloister.console.report.ReportJson;
import org.cloister.console.report.Text;
import org.cloister.heap.Access;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.cloister.platform.Initiator;
import org.cloister.platform.inspect.BoardView;
import org.cloister.tee.Tee;

/** Tells how things stand, as one JSON object. Safe for use by any thread. */
final class StateReader {
    private final Heaps heaps;
    private final HeapAdmin admin;
    private final Supplier<Optional<BoardView>> board;
    private final Supplier<List<Tee>> tees;
    private final FaultTally faults;
    private final EventLog events;
    private final InstantSource clock;
    private final boolean controlled;
    private final JsonProvider json = JsonProvider.provider();
    private final ReportJson reports = new ReportJson(json);

    /** @param controlled whether there is a token that lets change something */
    StateReader(Heaps heaps, HeapAdmin admin, Supplier<Optional<BoardView>> board, Supplier<List<Tee>> tees,
            FaultTally faults, EventLog events, InstantSource clock,
            boolean controlled) {
        this.heaps = heaps;
        this.admin = admin;
        this.board = board;
        this.tees = tees;
        this.faults = faults;
        this.events = events;
        this.clock = clock;
        this.controlled = controlled;
    }

    /** How things stand now. */
    JsonObject read() {
        JsonObjectBuilder state = json.createObjectBuilder().add("time", clock.millis())
                .add("controlled", controlled);
        board.get().ifPresentOrElse(view -> state.add("board", board(view)), () -> state.addNull("board"));
        EventLog.Counts counts = events.counts();
        return state.add("heaps", reports.array(heaps.list(), this::heap))
                .add("buffers", reports.array(admin.buffers(), reports::buffer))
                .add("quotas", reports.array(admin.quotas(), reports::quota))
                .add("tees", reports.array(tees.get(), tee -> reports.tee(tee.id(), tee.version())))
                .add("events", reports.array(events.latest(), this::event))
                .add("allocated", counts.allocated()).add("freed", counts.freed()).build();
    }

    private JsonObjectBuilder board(BoardView view) {
        JsonArrayBuilder initiators = json.createArrayBuilder();
        for (Initiator one : view.initiators()) {
            initiators.add(json.createObjectBuilder().add("name", one.name()).add("id", one.id())
                    .add("secure", one.secure()));
        }
        return json.createObjectBuilder().add("name", view.board()).add("firewall", view.firewall())
                .add("initiators", initiators)
                .add("areas", reports.array(view.areas(), reports::area))
                .add("regions", reports.array(view.regions(), reports::region))
                .add("regionsLeft", view.regionsLeft())
                .add("faults", view.faults())
                .add("faultSums", reports.array(faults.sums(), sum -> json.createObjectBuilder(
                        reports.fault(sum.last())).add("count", sum.count()).build()));
    }

    private JsonObject heap(Heap heap) {
        JsonObjectBuilder object;
        try {
            object = json.createObjectBuilder(HeapLine.of(heap).json(json)).addNull("silent");
        } catch (HeapException silent) {
            object = json.createObjectBuilder(HeapLine.withoutUsage(heap).json(json)).add("silent", silent.getMessage());
        }
        return object.add("zeroing", Text.word(heap.attributes().zeroing()))
                .add("movable", heap.attributes().movable())
                .add("grants", heap.attributes().grants().map(this::grants).orElse(JsonValue.NULL))
                .add("explanation", reports.explanation(heaps.explain(heap.name()))).build();
    }

    private JsonValue grants(Map<String, Access> grants) {
        JsonObjectBuilder object = json.createObjectBuilder();
        grants.forEach((initiator, access) -> object.add(initiator, Text.word(access)));
        return object.build();
    }

    private JsonObject event(EventLog.Entry entry) {
        return json.createObjectBuilder().add("number", entry.number()).add("at", entry.at().toEpochMilli())
                .add("heap", entry.event().heap()).add("kind", EventText.kind(entry.event()))
                .add("text", EventText.phrase(entry.event())).build();
    }
}
