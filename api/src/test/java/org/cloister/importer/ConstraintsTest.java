// SPDX-License-Identifier: Apache-2.0
package org.cloister.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.cloister.heap.Refusals.refused;

import java.util.HashSet;
import java.util.Set;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.UseCase;
import org.cloister.importer.Constraints.Restriction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConstraintsTest {
    @Test
    void theBuilderStartsWithNoConstraint() {
        Constraints none = Constraints.builder().build();
        assertThat(none.access()).isEqualTo(Access.READ_WRITE);
        assertThat(none.addressBits()).isEqualTo(64);
        assertThat(none.contiguous()).isFalse();
        assertThat(none.alignment()).isOne();
        assertThat(none.maxSegments()).isEqualTo(Integer.MAX_VALUE);
        assertThat(none.maxSegmentSize()).isEqualTo(Long.MAX_VALUE);
        assertThat(none.restriction()).isEqualTo(Restriction.ALLOWED);
        assertThat(none.encryptionAccepted()).isTrue();
        assertThat(none.useCases()).isEmpty();
    }

    @Test
    void eachConstraintIsKept() {
        var useCases = new HashSet<>(Set.of(UseCase.SECURE_VIDEO));
        Constraints all = Constraints.builder().access(Access.READ).addressBits(32).contiguous(true).alignment(65536)
                .maxSegments(1).maxSegmentSize(1 << 20).restriction(Restriction.REQUIRED).encryptionAccepted(false)
                .useCases(useCases).build();
        useCases.clear(); // a copy was taken
        assertThat(all).hasToString("Constraints[access=READ, addressBits=32, contiguous=true, alignment=0x10000, "
                + "maxSegments=1, maxSegmentSize=0x100000, restriction=REQUIRED, encryptionAccepted=false, "
                + "useCases=[secure-video]]");
        assertThat(all.useCases()).containsExactly(UseCase.SECURE_VIDEO);
    }

    @Test
    void aDeviceThatDoesNothingIsRefused() {
        refused(HeapError.INVALID_ARGUMENT, () -> Constraints.builder().access(Access.NONE).build());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65})
    void impossibleAddressBitsAreRefused(int bits) {
        refused(HeapError.INVALID_ARGUMENT, () -> Constraints.builder().addressBits(bits).build());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 3, 4097, Long.MIN_VALUE, Long.MAX_VALUE})
    void alignmentsThatAreNoPowerOfTwoAreRefused(long alignment) {
        refused(HeapError.INVALID_ARGUMENT, () -> Constraints.builder().alignment(alignment).build());
    }

    @Test
    void aDeviceThatTakesNoSegmentIsRefused() {
        refused(HeapError.INVALID_ARGUMENT, () -> Constraints.builder().maxSegments(0).build());
        refused(HeapError.INVALID_ARGUMENT, () -> Constraints.builder().maxSegments(-1).build());
        refused(HeapError.INVALID_ARGUMENT, () -> Constraints.builder().maxSegmentSize(0).build());
    }

    @Test
    void nothingIsNull() {
        assertThatNullPointerException().isThrownBy(() -> Constraints.builder().access(null));
        assertThatNullPointerException().isThrownBy(() -> Constraints.builder().restriction(null));
        assertThatNullPointerException().isThrownBy(() -> Constraints.builder().useCases(null));
    }

    @Test
    void aCursorsSegmentIsItsPresentPlace() {
        SegmentCursor cursor = new SegmentCursor() {
            @Override
            public boolean next() {
                return false;
            }

            @Override
            public long address() {
                return 0x1000;
            }

            @Override
            public long length() {
                return 0x2000;
            }

            @Override
            public Access access() {
                return Access.READ;
            }
        };
        assertThat(cursor.segment()).isEqualTo(new Segment(0x1000, 0x2000, Access.READ));
    }
}
