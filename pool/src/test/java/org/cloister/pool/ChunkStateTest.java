// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChunkStateTest {
    /** The table of the class comment, once more. */
    private static Set<ChunkState> next(ChunkState state) {
        return EnumSet.copyOf(switch (state) {
            case NONE -> List.of(ChunkState.ALLOCATED);
            case ALLOCATED -> List.of(ChunkState.LENT, ChunkState.RELEASING, ChunkState.QUARANTINED);
            case LENT -> List.of(ChunkState.IN_USE, ChunkState.RELEASING);
            case IN_USE -> List.of(ChunkState.IDLE);
            case IDLE -> List.of(ChunkState.IN_USE, ChunkState.RELEASING);
            case RELEASING -> List.of(ChunkState.NONE, ChunkState.QUARANTINED);
            case QUARANTINED -> List.of(ChunkState.RELEASING);
        });
    }

    private static Chunk in(ChunkState state) {
        var chunk = new Chunk("heap", 0x4000_0000L, 0x10_0000, 4096);
        List<ChunkState> path = switch (state) {
            case NONE -> List.of();
            case ALLOCATED -> List.of(ChunkState.ALLOCATED);
            case LENT -> List.of(ChunkState.ALLOCATED, ChunkState.LENT);
            case IN_USE -> List.of(ChunkState.ALLOCATED, ChunkState.LENT, ChunkState.IN_USE);
            case IDLE -> List.of(ChunkState.ALLOCATED, ChunkState.LENT, ChunkState.IN_USE, ChunkState.IDLE);
            case RELEASING -> List.of(ChunkState.ALLOCATED, ChunkState.RELEASING);
            case QUARANTINED -> List.of(ChunkState.ALLOCATED, ChunkState.QUARANTINED);
        };
        path.forEach(chunk::become);
        return chunk;
    }

    @ParameterizedTest
    @EnumSource(ChunkState.class)
    void goesWhereTheTableSaysAndNowhereElse(ChunkState state) {
        for (ChunkState next : ChunkState.values()) {
            Chunk chunk = in(state);
            assertThat(chunk.state()).isEqualTo(state);
            if (next(state).contains(next)) {
                chunk.become(next);
                assertThat(chunk.state()).isEqualTo(next);
            } else {
                assertThatThrownBy(() -> chunk.become(next)).isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(state + " to " + next);
                assertThat(chunk.state()).isEqualTo(state);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ChunkState.class)
    void onlyChunksInUseOrIdleServe(ChunkState state) {
        assertThat(state.serves()).isEqualTo(state == ChunkState.IN_USE || state == ChunkState.IDLE);
    }
}
