// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.cloister.emulator.soc.Refusals.assertRefused;

import java.util.List;
import java.util.Map;
import org.cloister.emulator.soc.firewall.internal.Initiators;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.Initiator;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.DeviceTreeBuilder;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.cloister.platform.dt.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrantsTest {
    private static final Initiator CPU = new Initiator("cpu", 1, false);
    private static final Initiator ODD = new Initiator("odd:name", 2, false);
    private static final Initiators ALL = new Initiators(List.of(CPU, ODD));

    @Test
    void readsGrants() {
        assertThat(parse("cpu:w")).isEqualTo(Rights.of(Map.of(CPU, Access.WRITE)));
        assertThat(parse("cpu:r", "cpu:w", "odd:name:rw"))
                .isEqualTo(Rights.of(Map.of(CPU, Access.READ_WRITE, ODD, Access.READ_WRITE)));
        assertThat(parse("*:r", "secure:rw", "*:w"))
                .isEqualTo(new Rights(Access.READ_WRITE, Access.READ_WRITE, Map.of()));
        assertThat(parse()).isEqualTo(Rights.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cpu", ":r", "cpu:", "cpu:x", "cpu:wr", "cpu:RW", "cpu:r ", "toaster:r", " cpu:r",
        "normal:r", "**:r"})
    void refusesWhatIsNoGrant(String grant) {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> parse(grant), "\"" + grant + "\"", "/:cloister,grants");
    }

    @Test
    void refusesWhatIsNoListOfStrings() {
        assertThatExceptionOfType(MalformedDeviceTree.class).isThrownBy(() -> Grants.parse(
                property(new DeviceTreeBuilder().root(root -> root.bytes(BoardProperties.GRANTS, (byte) 'x'))),
                GrantsTest::find));
    }

    private static Rights parse(String... grants) {
        return Grants.parse(property(new DeviceTreeBuilder().root(
                root -> root.strings(BoardProperties.GRANTS, grants))), GrantsTest::find);
    }

    private static Property property(DeviceTreeBuilder tree) {
        return DeviceTree.read(tree.build()).root().property(BoardProperties.GRANTS).orElseThrow();
    }

    private static Initiator find(String name) {
        return ALL.get(ALL.indexOf(name));
    }
}
