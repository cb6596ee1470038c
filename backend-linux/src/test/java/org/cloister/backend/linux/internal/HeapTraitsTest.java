// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.cloister.heap.Access;
import org.cloister.heap.UseCase;
import org.cloister.heap.Zeroing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeapTraitsTest {
    private static HeapTraits of(String name) {
        return HeapTraits.of(name, 4096, List.of("system-secure*", "a.c"));
    }

    @ParameterizedTest
    @CsvSource({"'protected,secure-video',1", "'protected,trusted-ui',2", "'protected,secure-video-record',3"})
    void heapsOfMainline(String name, int id) {
        HeapTraits traits = of(name);
        assertThat(traits.useCase().id()).isEqualTo(id);
        assertThat(traits.attributes().restricted()).isTrue();
        assertThat(traits.attributes().cpuAccess()).isEqualTo(Access.NONE);
        assertThat(traits.attributes().contiguous()).isTrue();
        assertThat(traits.attributes().zeroing()).isEqualTo(Zeroing.NOBODY);
        assertThat(traits.systemMemory()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"video@42000000-protected", "protected-contiguous", "PROTECTED", "system-secure",
        "system-secure-vframe", "a.c", "protected,9", "protected,secure", "protected"})
    void restrictedByWordOrConfiguration(String name) {
        assertThat(of(name).attributes().restricted()).isTrue();
        assertThat(of(name).useCase().id()).isGreaterThanOrEqualTo(UseCase.FIRST_VENDOR_ID);
        assertThat(of(name).useCase()).isEqualTo(of(name).useCase());
    }

    @ParameterizedTest
    @ValueSource(strings = {"system", "unprotected", "abc", "my-system-secure", "mtk_mm", "linux,cma", "x", "9"})
    void notRestricted(String name) {
        assertThat(of(name).attributes().restricted()).isFalse();
        assertThat(of(name).attributes().cpuAccess()).isEqualTo(Access.READ_WRITE);
        assertThat(of(name).useCase()).isEqualTo(UseCase.NONE);
    }

    @Test
    void vendorsNamesDoNotTakeTheUseCasesOfMainline() {
        assertThat(of("secure-video-protected").useCase().name()).isEqualTo("secure-video-protected");
        assertThat(of("system-secure").useCase().name()).isEqualTo("system-secure");
        assertThat(of("Protected,Secure-Video").useCase().name()).isEqualTo("vendor-secure-video");
    }

    @Test
    void whatIsNotKnownIsNotPromised() {
        HeapTraits unknown = of("acme_pool");
        assertThat(unknown.attributes().contiguous()).isFalse();
        assertThat(unknown.attributes().zeroing()).isEqualTo(Zeroing.NOBODY);
        assertThat(unknown.attributes().grants()).isEmpty();
        assertThat(unknown.systemMemory()).isFalse();
    }

    @Test
    void documentedHeaps() {
        assertThat(of("system").attributes().zeroing()).isEqualTo(Zeroing.CPU);
        assertThat(of("system").attributes().contiguous()).isFalse();
        assertThat(of("system").systemMemory()).isTrue();
        assertThat(List.of("default_cma_region", "reserved", "linux,cma", "default-pool"))
                .allSatisfy(name -> assertThat(of(name).attributes().contiguous()).isTrue())
                .allSatisfy(name -> assertThat(of(name).attributes().zeroing()).isEqualTo(Zeroing.CPU));
        assertThat(of("memory@42000000-contiguous").attributes().contiguous()).isTrue();
        assertThat(HeapTraits.of("system", 16384, List.of()).attributes().granularity()).isEqualTo(16384);
    }
}
