// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import java.io.PrintWriter;
import org.cloister.console.report.Text;
import org.cloister.heap.Explanation;

/** Explanations for people. */
final class Explained {
    private Explained() {
    }

    static void print(Explanation explanation, PrintWriter out) {
        out.println(Text.printable(explanation.name())
                + (explanation.available() ? " is available" : " is not available"));
        explanation.reasons().forEach(reason -> out.println("  " + Text.oneLine(reason.text())));
    }
}
