// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.cloister.heap.Refusals.refused;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloister.heap.Explanation.Kind;
import org.cloister.heap.Explanation.Reason;
import org.cloister.heap.Negotiation.Exclusion;
import org.junit.jupiter.api.Test;

/** What people get to read about heaps. */
class ReportsTest {
    @Test
    void anExplanationGivesItsReasonsInOrder() {
        var reasons = new ArrayList<>(List.of(new Reason(Kind.LEFT, "optee", "backend optee has left"),
                new Reason(Kind.REFUSED, "carveout", "backend carveout cannot serve it")));
        var explanation = new Explanation("protected,secure-video", false, reasons);
        reasons.clear(); // a copy was taken
        assertThat(explanation.toString().lines()).containsExactly("heap protected,secure-video is not available",
                "  backend optee has left", "  backend carveout cannot serve it");
        assertThat(new Explanation("h", true, List.of())).hasToString("heap h is available");
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> explanation.reasons().clear());
    }

    @Test
    void aFailedNegotiationNamesEveryExclusion() {
        var negotiation = new Negotiation(Optional.empty(), List.of(
                new Exclusion("a", "display", "address-width", "the device drives 32 address bits"),
                new Exclusion("b", "", "state", "the heap is UNAVAILABLE")));
        assertThat(refused(HeapError.UNREACHABLE, negotiation::orElseThrow).why())
                .isEqualTo("a, importer display: address-width: the device drives 32 address bits; "
                        + "b: state: the heap is UNAVAILABLE");
    }

    @Test
    void aNegotiationWithoutAnyHeapSaysSo() {
        assertThat(refused(HeapError.UNREACHABLE, new Negotiation(Optional.empty(), List.of())::orElseThrow))
                .hasMessageContaining("there is no heap");
    }
}
