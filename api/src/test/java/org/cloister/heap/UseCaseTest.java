// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.cloister.heap.Refusals.refused;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UseCaseTest {
    /** Ids: Linux, enum tee_dma_heap_id; names: what follows "protected," in the heaps of the TEE subsystem. */
    @ParameterizedTest
    @CsvSource({"0, none", "1, secure-video", "2, trusted-ui", "3, secure-video-record"})
    void theConstantsAreThoseOfLinux(int id, String name) {
        assertThat(UseCase.standard(name)).contains(new UseCase(id, name));
        assertThat(new UseCase(id, name)).isIn(
                UseCase.NONE, UseCase.SECURE_VIDEO, UseCase.TRUSTED_UI, UseCase.SECURE_VIDEO_RECORD);
    }

    @Test
    void theHeapIsNamedAsInMainline() {
        assertThat(UseCase.SECURE_VIDEO.heapName()).isEqualTo("protected,secure-video");
        assertThat(UseCase.SECURE_VIDEO).hasToString("secure-video");
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 4096, Integer.MAX_VALUE})
    void vendorsTakeIdsFrom256On(int id) {
        assertThat(new UseCase(id, "acme-keys").id()).isEqualTo(id);
        assertThat(UseCase.standard("acme-keys")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1, 2, 3, 4, 255})
    void reservedIdsAreRefused(int id) {
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> new UseCase(id, "acme-keys")))
                .hasMessageContaining("ids below 256 are reserved").hasMessageContaining("id " + id);
    }

    @ParameterizedTest
    @CsvSource({"256, secure-video", "2, secure-video", "1, none", "0, trusted-ui", "3, trusted-ui", "256, none"})
    void aStandardNameHasNoOtherId(int id, String name) {
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> new UseCase(id, name)))
                .hasMessageContaining("the name belongs to use case");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "Video", "1video", "-video", "video-", "video--keys", "a_b", "a,b", "a b", "vidéo",
        "video\n"})
    void badNamesAreRefused(String name) {
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> new UseCase(256, name)))
                .hasMessageContaining("lower-case words joined by hyphens");
    }

    @Test
    void aNameIsNeeded() {
        assertThatNullPointerException().isThrownBy(() -> new UseCase(256, null));
    }
}
