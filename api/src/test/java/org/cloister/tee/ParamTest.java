// SPDX-License-Identifier: Apache-2.0
package org.cloister.tee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.cloister.heap.Refusals.refused;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.heap.HeapError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ParamTest {
    private record Shared(long size, Direction direction) implements SharedMemory {
        @Override
        public Optional<MemorySegment> segment() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }

    @ParameterizedTest
    @CsvSource({"0, 4096", "0, 0", "4096, 0", "1, 4095", "4095, 1"})
    void partsWithinTheMemoryAreTaken(long offset, long size) {
        var param = new Param.Memory(new Shared(4096, Direction.INOUT), offset, size, Direction.INPUT);
        assertThat(param.offset()).isEqualTo(offset);
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, -1", "0, 4097", "4096, 1", "4097, 0", "1, 4096", "9223372036854775807, 1",
        "1, 9223372036854775807", "9223372036854775807, 9223372036854775807", "-9223372036854775808, 0",
        "0, -9223372036854775808"})
    void partsThatLeaveTheMemoryAreRefused(long offset, long size) {
        var memory = new Shared(4096, Direction.INOUT);
        assertThat(refused(HeapError.OUT_OF_BOUNDS, () -> new Param.Memory(memory, offset, size, Direction.INPUT)))
                .hasMessageContaining("the memory has 4096 bytes");
    }

    /** What is shared one way is not passed another; the table is the whole relation. */
    @ParameterizedTest
    @CsvSource({"INPUT, INPUT, true", "INPUT, OUTPUT, false", "INPUT, INOUT, false",
        "OUTPUT, INPUT, false", "OUTPUT, OUTPUT, true", "OUTPUT, INOUT, false",
        "INOUT, INPUT, true", "INOUT, OUTPUT, true", "INOUT, INOUT, true"})
    void directionsHaveToAgree(Direction shared, Direction passed, boolean permitted) {
        assertThat(shared.permits(passed)).isEqualTo(permitted);
        var memory = new Shared(16, shared);
        if (permitted) {
            assertThat(new Param.Memory(memory, 0, 16, passed).direction()).isEqualTo(passed);
        } else {
            refused(HeapError.INVALID_ARGUMENT, () -> new Param.Memory(memory, 0, 16, passed));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDirectionIsSeenFromTheClient(Direction direction) {
        assertThat(direction.isInput()).isEqualTo(direction == Direction.INPUT || direction == Direction.INOUT);
        assertThat(direction.isOutput()).isEqualTo(direction == Direction.OUTPUT || direction == Direction.INOUT);
    }

    @Test
    void allOfTheMemoryGoesTheWayItWasShared() {
        var memory = new Shared(16, Direction.OUTPUT);
        assertThat(Param.Memory.all(memory)).isEqualTo(new Param.Memory(memory, 0, 16, Direction.OUTPUT));
    }

    @Test
    void nobodyWritesToReadOnlyMemory() {
        var readOnly = MemorySegment.ofArray(new byte[4]).asReadOnly();
        assertThat(new Param.Temporary(readOnly, Direction.INPUT).memory()).isSameAs(readOnly);
        refused(HeapError.INVALID_ARGUMENT, () -> new Param.Temporary(readOnly, Direction.OUTPUT));
        refused(HeapError.INVALID_ARGUMENT, () -> new Param.Temporary(readOnly, Direction.INOUT));
    }

    @Test
    void nothingIsNull() {
        var memory = new Shared(16, Direction.INOUT);
        assertThatNullPointerException().isThrownBy(() -> new Param.Value(1, 2, null));
        assertThatNullPointerException().isThrownBy(() -> new Param.Memory(null, 0, 1, Direction.INPUT));
        assertThatNullPointerException().isThrownBy(() -> new Param.Memory(memory, 0, 1, null));
        assertThatNullPointerException().isThrownBy(() -> new Param.Temporary(null, Direction.INPUT));
        assertThatNullPointerException().isThrownBy(() -> new Param.Temporary(MemorySegment.NULL, null));
    }
}
