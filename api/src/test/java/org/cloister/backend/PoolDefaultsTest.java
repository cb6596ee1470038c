// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.cloister.heap.Refusals.refused;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.cloister.heap.Access;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.junit.jupiter.api.Test;

/** What a pool that says nothing else can and cannot do. */
class PoolDefaultsTest {
    private static final PoolBuffer BUFFER = new PoolBuffer() {
        @Override
        public long size() {
            return 8192;
        }

        @Override
        public long address(int segment) {
            return 0x4000_0000L;
        }
    };

    private static final Pool POOL = new Pool() {
        @Override
        public HeapAttributes attributes() {
            return HeapAttributes.builder().build();
        }

        @Override
        public PoolUsage usage() {
            return PoolUsage.unknown();
        }

        @Override
        public PoolBuffer allocate(long size, long alignment) {
            return BUFFER;
        }

        @Override
        public void free(PoolBuffer buffer) {}

        @Override
        public void destroy() {}
    };

    @Test
    void theCpuMayNothing() {
        var segment = MemorySegment.ofArray(new byte[1]);
        refused(HeapError.CPU_ACCESS_DENIED, () -> POOL.write(BUFFER, 0, segment));
        refused(HeapError.CPU_ACCESS_DENIED, () -> POOL.read(BUFFER, 0, segment));
        refused(HeapError.CPU_ACCESS_DENIED, () -> POOL.map(BUFFER, Access.READ));
    }

    @Test
    void noTrustedOsKnowsTheMemory() {
        refused(HeapError.NOT_SUPPORTED, () -> POOL.teeMemory(BUFFER));
    }

    @Test
    void nothingMovesAndNothingIsRetried() {
        assertThat(POOL.copier()).isEmpty();
        assertThat(POOL.retryQuarantined()).isZero();
    }

    @Test
    void aBufferIsOneRangeWithoutADescriptor() {
        assertThat(BUFFER.segments()).isOne();
        assertThat(BUFFER.length(0)).isEqualTo(8192);
        assertThat(BUFFER.fd()).isEmpty();
    }

    @Test
    void aBackendMayIgnoreComingAndGoing() {
        HeapBackend backend = new HeapBackend() {
            @Override
            public String id() {
                return "plain";
            }

            @Override
            public List<PoolOffer> offers() {
                return List.of();
            }

            @Override
            public Pool open(PoolOffer offer) {
                return POOL;
            }
        };
        backend.connected(null);
        backend.disconnected();
    }

    @Test
    void usageIsBuiltUp() {
        assertThat(PoolUsage.of(100, 60, 40).regions(2, 7).quarantined(5)).isEqualTo(
                new PoolUsage(OptionalLong.of(100), OptionalLong.of(60), OptionalLong.of(40), 5, OptionalInt.of(2),
                        OptionalInt.of(7)));
        assertThat(PoolUsage.unknown().capacity()).isEmpty();
        assertThat(PoolUsage.unknown().regionsLeft()).isEmpty();
    }

    @Test
    void negativeFiguresAreRefused() {
        refused(HeapError.INVALID_ARGUMENT, () -> PoolUsage.of(-1, 0, 0));
        refused(HeapError.INVALID_ARGUMENT, () -> PoolUsage.of(0, -1, 0));
        refused(HeapError.INVALID_ARGUMENT, () -> PoolUsage.of(0, 0, Long.MIN_VALUE));
        refused(HeapError.INVALID_ARGUMENT, () -> PoolUsage.unknown().quarantined(-1));
        refused(HeapError.INVALID_ARGUMENT, () -> PoolUsage.unknown().regions(-1, 0));
        refused(HeapError.INVALID_ARGUMENT, () -> PoolUsage.unknown().regions(0, -1));
        assertThatNullPointerException().isThrownBy(() -> new PoolUsage(
                null, OptionalLong.empty(), OptionalLong.empty(), 0, OptionalInt.empty(), OptionalInt.empty()));
    }

    @Test
    void aParentIsKnownToATee() {
        assertThatNullPointerException().isThrownBy(() -> new TeeMemory.Parent(null, 1, 0));
    }
}
