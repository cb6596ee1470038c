// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.cloister.heap.Refusals.refused;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.cloister.heap.HeapError;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoolOfferTest {
    private static final UseCase VIDEO = UseCase.SECURE_VIDEO;

    @Test
    void anOfferIsNamedAsInMainlineUnlessItSaysOtherwise() {
        assertThat(PoolOffer.serve(VIDEO))
                .isEqualTo(new PoolOffer("protected,secure-video", VIDEO, Set.of(), Optional.empty()));
        assertThat(PoolOffer.serve("restricted_mtk_cm", VIDEO).heap()).isEqualTo("restricted_mtk_cm");
    }

    @Test
    void aRefusalCarriesReasonAndRemedy() {
        assertThat(PoolOffer.refuse("h", VIDEO, "no region", "free one").refusal())
                .contains(new PoolOffer.Refusal("no region", "free one"));
    }

    @Test
    void aliasesAreReplacedAndCopied() {
        assertThat(PoolOffer.serve(VIDEO).aliases("a", "b", "a").aliases("c", "c").aliases()).containsExactly("c");
        var names = new HashSet<>(Set.of("a"));
        var offer = new PoolOffer("h", VIDEO, names, Optional.empty());
        names.add("b");
        assertThat(offer.aliases()).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a\tb", "a\n", "\u0000", "a\u007f", "a/b", "../a", "a\u00a0b", "a\u2028b",
        "é"})
    void badNamesAreRefused(String name) {
        refused(HeapError.INVALID_ARGUMENT, () -> PoolOffer.serve(name, VIDEO));
        refused(HeapError.INVALID_ARGUMENT, () -> PoolOffer.serve(VIDEO).aliases("good", name));
    }

    @Test
    void nothingIsNull() {
        assertThatNullPointerException().isThrownBy(() -> PoolOffer.serve(null, VIDEO));
        assertThatNullPointerException().isThrownBy(() -> PoolOffer.serve("h", null));
        assertThatNullPointerException().isThrownBy(() -> PoolOffer.serve(VIDEO).aliases((String) null));
        assertThatNullPointerException().isThrownBy(() -> new PoolOffer("h", VIDEO, null, Optional.empty()));
        assertThatNullPointerException().isThrownBy(() -> new PoolOffer("h", VIDEO, Set.of(), null));
        assertThatNullPointerException().isThrownBy(() -> PoolOffer.refuse("h", VIDEO, null, "r"));
        assertThatNullPointerException().isThrownBy(() -> PoolOffer.refuse("h", VIDEO, "w", null));
    }
}
