## SPDX-License-Identifier: Apache-2.0
package ${package};

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.annotation.Annotation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.pool.StaticRanges;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of what is this backend's own. That it meets the contract is for the TCK to say, in mvn verify. */
class ${type}BackendTest {
    private static final long SIZE = 1 << 16;

    private final StaticRanges ranges = new StaticRanges();

    private Pool open(long size) {
        ${type}Backend backend = new ${type}Backend(ranges, new ${type}Configuration() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return ${type}Configuration.class;
            }
        });
        return backend.open(backend.offers().getFirst());
    }

    @Test
    void whatIsWrittenIsRead() {
        Pool pool = open(SIZE);
        PoolBuffer buffer = pool.allocate(4096, 4096);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(4096).fill((byte) 42);
            pool.write(buffer, 0, data);
            MemorySegment back = arena.allocate(4096);
            pool.read(buffer, 0, back);
            assertThat(back.mismatch(data)).isNegative();
        }
        pool.free(buffer);
        pool.destroy();
    }

    @Test
    void aMappingIsTheMemory() {
        Pool pool = open(SIZE);
        PoolBuffer buffer = pool.allocate(4096, 4096);
        var mapping = pool.map(buffer, Access.READ_WRITE);
        MemorySegment mapped = mapping.segment();
        mapped.set(ValueLayout.JAVA_BYTE, 4095, (byte) 42);
        mapping.close();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment back = arena.allocate(1);
            pool.read(buffer, 4095, back);
            assertThat(back.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 42);
        }
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> mapped.get(ValueLayout.JAVA_BYTE, 0));
        pool.free(buffer);
        pool.destroy();
    }

    @Test
    void theConfiguredSizeIsAllThereIs() {
        Pool pool = open(SIZE);
        PoolBuffer all = pool.allocate(SIZE, 4096);
        assertThatExceptionOfType(HeapException.class).isThrownBy(() -> pool.allocate(4096, 4096))
                .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.NO_MEMORY));
        pool.free(all);
        pool.destroy();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -4096, 5000})
    void aSizeThatIsNotSomePagesIsRefused(long size) {
        assertThatExceptionOfType(HeapException.class).isThrownBy(() -> open(size))
                .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.INVALID_ARGUMENT));
    }
}
