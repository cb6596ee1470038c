// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.io.PrintWriter;
import org.cloister.emulator.optee.replay.ReplayResult;
import org.cloister.emulator.optee.replay.ReplayedCall;

/**
 * One object a line: each call, then the counts. {@code name} is left out where the recording has no names, and
 * {@code expected} is null where it has no answer.
 */
final class ReplayJson implements ReplayPrinter {
    private final JsonProvider json;
    private final PrintWriter out;

    ReplayJson(JsonProvider json, PrintWriter out) {
        this.json = json;
        this.out = out;
    }

    @Override
    public void print(ReplayedCall call) {
        JsonObjectBuilder object = json.createObjectBuilder();
        call.name().ifPresent(name -> object.add("name", name));
        object.add("line", call.line()).add("call", call.call()).add("answer", call.answer());
        call.expected().ifPresentOrElse(expected -> object.add("expected", expected), () -> object.addNull("expected"));
        out.println(object.add("same", call.same()).build());
    }

    @Override
    public void print(ReplayResult result) {
        out.println(json.createObjectBuilder()
                .add("calls", result.calls()).add("differences", result.differences()).build());
    }
}
