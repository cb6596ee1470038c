// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.cloister.heap.Explanation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExplainCommandTest {
    private final FakeHeaps heaps = new FakeHeaps();
    private final Shell shell = new Shell().with("explain", () -> new ExplainCommand(heaps, enough ->
            assertThat(enough.getAsBoolean()).isEqualTo(heaps.explain("there").available())));

    @BeforeEach
    void explain() {
        heaps.explanations = name -> name.equals("there")
                ? new Explanation(name, true, List.of(
                        new Explanation.Reason(Explanation.Kind.SERVED, "carveout", "The backend carveout serves it.")))
                : new Explanation(name, false, List.of(
                        new Explanation.Reason(Explanation.Kind.NO_BACKEND, "", "No backend offers it."),
                        new Explanation.Reason(Explanation.Kind.SIMILAR_NAME, "", "There is\na heap 'there'.")));
    }

    @Test
    void available() {
        assertThat(shell.run("explain", "there")).isZero();
        assertThat(shell.out()).isEqualTo("there is available\n  The backend carveout serves it.\n");
        assertThat(shell.run("explain", "--json", "there")).isZero();
        assertThat(shell.out()).isEqualTo("""
                {"name":"there","available":true,"reasons":["The backend carveout serves it."],\
                "details":[{"kind":"served","backend":"carveout"}]}
                """);
    }

    @Test
    void notAvailable() {
        heaps.explanations = heaps.explanations.andThen(
                explanation -> new Explanation(explanation.name(), false, explanation.reasons()));

        assertThat(shell.run("explain", "ther")).isEqualTo(1);
        assertThat(shell.out()).isEqualTo(
                "ther is not available\n  No backend offers it.\n  There is a heap 'there'.\n");
        assertThat(shell.run("explain", "ther", "--json")).isEqualTo(1);
        assertThat(shell.out()).contains("\"available\":false", "\"kind\":\"similar_name\"");
    }

    @Test
    void noName() {
        assertThat(shell.run("explain")).isEqualTo(2);
        assertThat(shell.err()).contains("missing required parameter: 'NAME'");
    }
}
