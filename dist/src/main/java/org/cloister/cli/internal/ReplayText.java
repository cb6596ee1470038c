// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.PrintWriter;
import org.cloister.console.report.Table;
import org.cloister.emulator.optee.replay.ReplayResult;
import org.cloister.emulator.optee.replay.ReplayedCall;

/** A table of the calls, with what was expected below an answer that is another. */
final class ReplayText implements ReplayPrinter {
    private final PrintWriter out;
    private final boolean compare;
    private final Table table = new Table(">LINE", "NAME", "", "REGISTERS, AND WHAT ELSE THE RECORDING HAS");

    /**
     * Makes a printer.
     *
     * @param compare whether to show what was expected
     */
    ReplayText(PrintWriter out, boolean compare) {
        this.out = out;
        this.compare = compare;
    }

    @Override
    public void print(ReplayedCall call) {
        table.row(String.valueOf(call.line()), call.name().orElse(""), ">", call.call());
        table.row("", "", "<", call.answer());
        if (compare && !call.same()) {
            table.row("", "", "!", call.expected().orElse("") + " was expected");
        }
    }

    @Override
    public void print(ReplayResult result) {
        table.print(out);
        if (compare) {
            out.println("%d calls, %d differences".formatted(result.calls(), result.differences()));
        } else {
            out.println("%d calls".formatted(result.calls()));
        }
    }
}
