// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.cloister.admin.BufferHold;
import org.cloister.admin.BufferReport;
import org.cloister.admin.HeapAdmin;
import org.cloister.cli.internal.FakeHeaps.FakeHeap;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.BufferState;
import org.cloister.heap.Enforcement;
import org.cloister.heap.Explanation;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapState;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Tab offers. */
class CompletionTest {
    private static final String VIDEO = "protected,secure-video";
    private static final String UI = "protected,trusted-ui";
    private static final String SHELL = "org.cloister.console.gogo";

    private final FakeHeaps heaps = new FakeHeaps();
    private final List<BufferReport> buffers = new ArrayList<>();
    private final Completion completion = new Completion(
            () -> new TreeSet<>(List.of("heap:swap", "heap:list", "tee:list")), heaps, admin());

    private HeapAdmin admin() {
        return (HeapAdmin) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {HeapAdmin.class},
                (proxy, method, given) -> {
                    assertThat(method.getName()).isEqualTo("buffers");
                    return List.copyOf(buffers);
                });
    }

    @BeforeEach
    void twoHeapsAndThreeBuffers() {
        for (String name : List.of(VIDEO, UI)) {
            heaps.heaps.add(new FakeHeap(name, UseCase.SECURE_VIDEO, HeapState.AVAILABLE, "optee",
                    HeapAttributes.builder().build(), () -> {
                        throw new UnsupportedOperationException();
                    }));
        }
        heaps.explanations = name -> new Explanation(name, true, name.equals(VIDEO)
                ? List.of(new Explanation.Reason(Explanation.Kind.SERVED, "optee", "optee serves it"),
                        new Explanation.Reason(Explanation.Kind.OVERRIDDEN, "carveout", "it stands by"),
                        new Explanation.Reason(Explanation.Kind.OVERRIDDEN, "optee", "and again"))
                : List.of(new Explanation.Reason(Explanation.Kind.NO_BACKEND, "", "nobody offers it")));
        buffers.addAll(List.of(buffer(7, SHELL), buffer(8, "org.cloister.player"), buffer(9, SHELL)));
    }

    private static BufferReport buffer(long id, String owner) {
        return new BufferReport(id, "", new BufferRecord(VIDEO, UseCase.SECURE_VIDEO, true, Enforcement.FIREWALL, "optee", 1),
                4096, BufferState.LIVE, owner, List.of(new BufferHold(owner, Duration.ZERO)), List.of(), List.of());
    }

    /** The word after the last space. */
    private List<String> after(String line) {
        List<String> words = List.of(line.split(" ", -1));
        return completion.candidates(words, words.size() - 1);
    }

    @Test
    void commandsComeFirst() {
        assertThat(after("")).containsExactly("heap:list", "heap:swap", "tee:list");
        assertThat(after("he")).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"heap:show ", "heap:explain ", "heap:alloc ", "heap:buffers ", "heap:swap ", "heap:drain ",
        "heap:restore ", "heap:trace ", "heap:buffers -v ", "heap:trace -n 5 ", "heap:explain --json "})
    void aHeapIsOfferedWhereOneIsTaken(String line) {
        assertThat(after(line)).contains(VIDEO, UI).contains("-h");
    }

    @ParameterizedTest
    @ValueSource(strings = {"heap:list ", "heap:free ", "heap:quotas ", "heap:regions ", "heap:faults ", "tee:list ",
        "heap:show x ", "heap:alloc x ", "heap:swap x ", "heap:trace -n ", "heap:faults -n ", "heap:trace x --for 5 ",
        "nothing:known "})
    void noHeapIsOfferedWhereNoneIsTaken(String line) {
        assertThat(after(line)).doesNotContain(VIDEO, UI);
    }

    @Test
    void theBackendsOfTheHeapAreOffered() {
        assertThat(after("heap:swap " + VIDEO + " ")).startsWith("optee", "carveout").doesNotHaveDuplicates();
        assertThat(after("heap:swap --json " + VIDEO + " car")).contains("carveout");
        assertThat(after("heap:swap " + UI + " ")).containsExactly("-h", "--json");
        assertThat(after("heap:swap " + VIDEO + " optee ")).doesNotContain("carveout");
    }

    @Test
    void buffersThatTheShellHoldsAreOffered() {
        assertThat(after("heap:free ")).startsWith("7", "9").contains("--all").doesNotContain("8");
        assertThat(after("heap:free 7 ")).contains("9").doesNotContain("7", "8");
        buffers.clear();
        assertThat(after("heap:free ")).containsExactly("--all", "-h", "--json");
    }

    @Test
    void optionsAreThoseOfTheCommandAndOfferedOnce() {
        assertThat(after("heap:list ")).containsExactly("-v", "-h", "--json");
        assertThat(after("heap:list -v ")).containsExactly("-h", "--json");
        assertThat(after("heap:alloc x 4K ")).containsExactly("--name", "-h", "--json");
        assertThat(after("tee:list ")).containsExactly("-h", "--json");
    }

    @Test
    void valuesOfOptionsAreOfferedWhereTheyAreKnown() {
        assertThat(after("heap:buffers --owner ")).containsExactly(SHELL, "org.cloister.player");
        assertThat(after("heap:alloc x 4K --name ")).isEmpty();
    }
}
