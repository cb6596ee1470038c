// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrantListTest {
    private static Property grants(String... words) {
        var tree = new DeviceTreeBuilder();
        tree.root(root -> root.strings("cloister,grants", words));
        return DeviceTree.read(tree.build()).root().property("cloister,grants").orElseThrow();
    }

    @Test
    void grantsAddUpAndTheSecureWorldIsLeftOut() {
        assertThat(GrantList.restricted(grants("secure:rw", "gpu:r", "gpu:w", "display:r", "camera:w")))
                .isEqualTo(Map.of("gpu", Access.READ_WRITE, "display", Access.READ, "camera", Access.WRITE));
    }

    @Test
    void whoMayReadEverythingIsTold() {
        assertThat(GrantList.sum(List.of("*:r", "cpu:w", "secure:r", "*:w"), GrantListTest::refused))
                .isEqualTo(Map.of(GrantList.EVERYBODY, Access.READ_WRITE, "cpu", Access.WRITE));
        assertThat(GrantList.sum(List.of(), GrantListTest::refused)).isEmpty();
    }

    @Test
    void theCallersRefusalNamesTheFirstWordThatIsNoGrant() {
        HeapException e = catchThrowableOfType(HeapException.class,
                () -> GrantList.sum(List.of("gpu:r", "gpu:", "gpu"), GrantListTest::refused));
        assertThat(e).isNotNull();
        assertThat(e.which()).isEqualTo("gpu:");
    }

    private static HeapException refused(String word) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "read grants", word, "it is none", "mend it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu", "gpu:", ":r", "gpu:x", "gpu:rwx", "gpu:wr", "g pu:r", "gpu:r ", "*:rw", "cpu:r", "cpu:w"})
    void whatIsNoGrantOrRestrictsNothingIsRefused(String word) {
        HeapException e = catchThrowableOfType(HeapException.class, () -> GrantList.restricted(grants("gpu:r", word)));
        assertThat(e).isNotNull();
        assertThat(e.error()).isEqualTo(HeapError.INVALID_ARGUMENT);
        assertThat(e.which()).contains("cloister,grants");
    }
}
