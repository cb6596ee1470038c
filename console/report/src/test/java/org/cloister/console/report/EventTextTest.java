// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.cloister.heap.HeapEvent;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EventTextTest {
    static Stream<Arguments> ranges() {
        return Stream.of(
                Arguments.of(new HeapEvent.Lent("h", "optee", 0x4000_0000L, 2 << 20), "lent",
                        "optee lent 2 MiB at 0x40000000"),
                Arguments.of(new HeapEvent.Reclaimed("h", "optee", 0x4000_0000L, 4096), "reclaimed",
                        "optee has 4 KiB at 0x40000000 back"),
                Arguments.of(new HeapEvent.Faulted("h", "optee", 0x4000_0000L, 4096, "it could not be lent: no"), "faulted",
                        "optee was refused 4 KiB at 0x40000000: it could not be lent: no"),
                Arguments.of(new HeapEvent.BackendFailed("h", "optee", "it threw"), "backend-failed",
                        "optee failed: it threw"));
    }

    @ParameterizedTest
    @MethodSource("ranges")
    void inWords(HeapEvent event, String kind, String phrase) {
        assertThat(EventText.kind(event)).isEqualTo(kind);
        assertThat(EventText.phrase(event)).isEqualTo(phrase);
    }
}
