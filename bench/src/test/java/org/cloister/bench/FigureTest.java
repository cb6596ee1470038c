// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class FigureTest {
    @Test
    void machinesReadOneObjectALine() {
        Figure figure = new Figure("Allocation.staticPool", Map.of("live", "100"), 41.5, 1.25, "ns/op", "netty",
                OptionalDouble.of(0.5), OptionalDouble.empty(), OptionalDouble.of(24), "at most 200.0 ns/op", true);
        assertThat(figure.json()).isEqualTo("{\"benchmark\":\"Allocation.staticPool\",\"params\":{\"live\":\"100\"},"
                + "\"score\":41.500,\"error\":1.250,\"unit\":\"ns/op\",\"peer\":\"netty\",\"ratio\":0.500,\"ratioError\":null,"
                + "\"bytes\":24.000,"
                + "\"target\":\"at most 200.0 ns/op\",\"met\":true}");
    }

    @Test
    void whatIsNotKnownIsNull() {
        Figure figure =
                new Figure("A.b", Map.of(), 1, Double.NaN, "ns/op", "", OptionalDouble.empty(),
                        OptionalDouble.empty(), OptionalDouble.empty(), "", true);
        assertThat(figure.json()).isEqualTo("{\"benchmark\":\"A.b\",\"params\":{},\"score\":1.000,\"error\":null,"
                + "\"unit\":\"ns/op\",\"peer\":null,\"ratio\":null,\"ratioError\":null,\"bytes\":null,\"target\":null,\"met\":null}");
    }

    @Test
    void peopleReadWhetherAnAimWasMissed() {
        Figure figure = new Figure("A.b", Map.of(), 300, 1, "ns/op", "peer", OptionalDouble.of(2),
                OptionalDouble.empty(), OptionalDouble.of(8), "at most 200.0 ns/op", false);
        assertThat(figure.line()).contains("300.0").contains("8 B/op").contains("2.00 x peer").endsWith("missed: at most 200.0 ns/op");
    }

    @Test
    void aRatioThatWasMeasuredInTurnsHasAnError() {
        Figure figure = new Figure("A.b", Map.of(), 300, 1, "ms/op", "peer", OptionalDouble.of(1.0304),
                OptionalDouble.of(0.0049), OptionalDouble.empty(), "at most 1.05 of its peer", true);
        assertThat(figure.line()).contains("1.030 ±0.005 x peer").endsWith("met: at most 1.05 of its peer");
        assertThat(figure.json()).contains("\"ratio\":1.030,\"ratioError\":0.005,");
    }
}
